//! The OpenAPI 3.1 document of any data: a schema and the addresses of each resource, as the dialect serves them.

use std::collections::HashSet;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Described, operations};
use crate::app::{
    accounts,
    config::{Dialect, Options},
    store::Kind,
};

/// What a path of the document must not hold as it is.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// One resource under the names that it has in the document.
pub struct Entry<'a> {
    /// The resource.
    pub described: &'a Described,
    /// The address, encoded.
    pub path: String,
    /// The name of its schema, and what its operations are called by.
    pub schema: String,
    /// Whether its records belong to who made them.
    pub is_owned: bool,
}

/// The whole document.
pub fn document(options: &Options, described: &[Described]) -> Value {
    let entries = entries(options, described);
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for entry in &entries {
        schemas.insert(entry.schema.clone(), entry.described.shape.schema());
        add(&mut paths, options, entry, &entries);
    }
    if options.dialect == Dialect::V0 {
        paths.insert("/db".to_owned(), operations::whole_database());
    }
    schemas.insert("Error".to_owned(), error_schema(options.dialect));
    let mut components = json!({ "schemas": schemas });
    if options.auth {
        accounts::document(&mut paths, &mut components);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": options.file_name(),
            "version": env!("CARGO_PKG_VERSION"),
            "description": description(options),
        },
        "paths": paths,
        "components": components,
    })
}

fn description(options: &Options) -> String {
    format!(
        "The data of `{}`, served as json-server {} does. Inferred from the data: what is said of a record holds \
         of those that were looked at.",
        options.file_name(),
        options.dialect.version(),
    )
}

fn entries<'a>(options: &Options, described: &'a [Described]) -> Vec<Entry<'a>> {
    let mut taken = HashSet::from([
        "Error".to_owned(),
        "Credentials".to_owned(),
        "Token".to_owned(),
    ]);
    let entry = |described: &'a Described| {
        let name = &described.resource.name;
        let plain = plain(name);
        let numbered = (1..).map(|number| match number {
            1 => plain.clone(),
            number => format!("{plain}_{number}"),
        });
        let mut free = numbered.skip_while(|name| taken.contains(name));
        let schema = free.next().unwrap_or_default();
        taken.insert(schema.clone());
        Entry {
            described,
            path: format!("/{}", utf8_percent_encode(name, IN_PATH)),
            schema,
            is_owned: options.owner_only.contains(name),
        }
    };
    described.iter().map(entry).collect()
}

/// The name with nothing in it that a component's name may not have.
fn plain(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let plain: String = name
        .chars()
        .map(|letter| if allowed(letter) { letter } else { '_' })
        .collect();
    if plain.is_empty() {
        "_".to_owned()
    } else {
        plain
    }
}

fn add(paths: &mut Map<String, Value>, options: &Options, entry: &Entry<'_>, all: &[Entry<'_>]) {
    match entry.described.resource.kind {
        Kind::List => {
            paths.insert(entry.path.clone(), operations::list(options, entry));
            paths.insert(
                format!("{}/{{id}}", entry.path),
                operations::record(options, entry),
            );
            if options.dialect == Dialect::V0 {
                for child in all {
                    if operations::belongs_to(options, child, entry) {
                        let path = format!("{}/{{id}}{}", entry.path, child.path);
                        paths.insert(path, operations::nested(options, entry, child));
                    }
                }
            }
        }
        Kind::Single | Kind::Scalar => {
            paths.insert(entry.path.clone(), operations::single(options, entry));
        }
    }
}

fn error_schema(dialect: Dialect) -> Value {
    match dialect {
        Dialect::V0 => json!({ "type": "object", "description": "Empty." }),
        Dialect::V1 => json!({
            "type": "object",
            "properties": { "error": { "type": "string", "examples": ["Not Found"] } },
            "required": ["error"],
        }),
    }
}
