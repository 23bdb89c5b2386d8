//! `migrations!("migrations")`: the files of both engines, checked against each other and embedded.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, LitStr, Result};

/// Where the ways up and down of one migration lie.
#[derive(Default)]
struct Files {
    name: String,
    up: Option<PathBuf>,
    down: Option<PathBuf>,
}

type Numbered = BTreeMap<u32, Files>;

pub(crate) fn embed(directory: &LitStr) -> Result<TokenStream> {
    let fault = |problem: String| Error::new(directory.span(), problem);
    let directory = package_directory().map_err(fault)?.join(directory.value());
    let sqlite = read(&directory.join("sqlite")).map_err(fault)?;
    let postgres = read(&directory.join("postgres")).map_err(fault)?;
    check(&sqlite, &postgres).map_err(fault)?;
    let entries = sqlite.iter().zip(postgres.values());
    let entries = entries.map(|((number, sqlite), postgres)| {
        let name = &sqlite.name;
        let (sqlite, postgres) = (script(sqlite), script(postgres));
        quote! {
            ::underpin::db::Migration {
                number: #number,
                name: #name,
                sqlite: #sqlite,
                postgres: #postgres,
            }
        }
    });
    Ok(quote!(::underpin::db::Migrations::new(&[#(#entries),*])))
}

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo names the package in its environment"
)]
fn package_directory() -> std::result::Result<PathBuf, String> {
    let directory = std::env::var("CARGO_MANIFEST_DIR");
    directory
        .map(PathBuf::from)
        .map_err(|_| "CARGO_MANIFEST_DIR is not set".to_owned())
}

/// `include_str!` also tells the compiler to look again when a file changes.
fn script(files: &Files) -> TokenStream {
    let include = |path: &PathBuf| {
        let path = path.to_string_lossy().into_owned();
        quote!(::core::include_str!(#path))
    };
    let up = files.up.as_ref().map(include);
    let none = || quote!(::core::option::Option::None);
    let some = |down| quote!(::core::option::Option::Some(#down));
    let down = files.down.as_ref().map(include).map_or_else(none, some);
    quote!(::underpin::db::Script { up: #up, down: #down })
}

fn read(directory: &Path) -> std::result::Result<Numbered, String> {
    let shown = directory.display();
    let entries = fs::read_dir(directory).map_err(|error| format!("{shown}: {error}"))?;
    let mut numbered = Numbered::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{shown}: {error}"))?.path();
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (number, name, is_up) = parts(&file).ok_or_else(|| {
            format!("{shown}/{file}: a migration is named 0001_name.up.sql or 0001_name.down.sql")
        })?;
        let files = numbered.entry(number).or_default();
        if !files.name.is_empty() && files.name != name {
            return Err(format!(
                "{shown}: number {number} is `{name}` and `{}`",
                files.name
            ));
        }
        files.name = name;
        if is_up {
            files.up = Some(path);
        } else {
            files.down = Some(path);
        }
    }
    Ok(numbered)
}

/// Number, name, and whether it is the way up.
fn parts(file: &str) -> Option<(u32, String, bool)> {
    let (stem, is_up) = match file.strip_suffix(".up.sql") {
        Some(stem) => (stem, true),
        None => (file.strip_suffix(".down.sql")?, false),
    };
    let (number, name) = stem.split_once('_')?;
    let sound = number.len() == 4 && !name.is_empty();
    sound.then_some((number.parse().ok()?, name.to_owned(), is_up))
}

fn check(sqlite: &Numbered, postgres: &Numbered) -> std::result::Result<(), String> {
    for (engine, numbered) in [("sqlite", sqlite), ("postgres", postgres)] {
        for (expected, (number, files)) in (1..).zip(numbered) {
            if *number != expected {
                return Err(format!(
                    "{engine}: number {expected} is missing before {number}"
                ));
            }
            if files.up.is_none() {
                return Err(format!("{engine}: number {number} has no .up.sql"));
            }
        }
    }
    if sqlite.len() != postgres.len() {
        let (sqlite, postgres) = (sqlite.len(), postgres.len());
        return Err(format!(
            "sqlite has {sqlite} migrations, postgres has {postgres}"
        ));
    }
    for ((number, sqlite), postgres) in sqlite.iter().zip(postgres.values()) {
        if sqlite.name != postgres.name {
            let (sqlite, postgres) = (&sqlite.name, &postgres.name);
            return Err(format!(
                "number {number} is `{sqlite}` for sqlite, `{postgres}` for postgres"
            ));
        }
    }
    Ok(())
}
