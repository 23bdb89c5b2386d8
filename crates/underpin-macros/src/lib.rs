//! Attributes and derives of `underpin`: what a handler, a model, a service writes about itself becomes code.

mod attributes;
mod choice;
mod config;
mod migrations;
mod model;
mod provide;
mod route;
mod row;
mod test;

use proc_macro::TokenStream;

/// Makes a struct or enum a request or reply type: serde, its shape, its rules.
///
/// `#[model(request)]` only reads, `#[model(response)]` only writes, `#[model]` does both. Rules stand
/// on fields: `#[field(min_length = 1, max_length = 200, example = "Milk")]`; numbers take `gt`, `ge`,
/// `lt`, `le`, `multiple_of`; `before = path` and `after = path` name validators of the program's own
/// (`underpin::validation::Judge`). A struct with one unnamed field looks like that field on the wire.
/// An enum is a list of words; `#[model(pattern)]` refuses others as a mismatch of `^(one|two)$`.
#[proc_macro_attribute]
pub fn model(arguments: TokenStream, item: TokenStream) -> TokenStream {
    finish(model::expand(arguments.into(), item.into()))
}

/// Builds a service or repository from the app, field by field.
#[proc_macro_derive(Provide)]
pub fn provide(item: TokenStream) -> TokenStream {
    finish(provide::expand(item.into()))
}

/// Reads a settings struct from its variables; see `underpin::config::Config`.
#[proc_macro_derive(Config, attributes(config))]
pub fn config(item: TokenStream) -> TokenStream {
    finish(syn::parse(item).and_then(|item| config::derive(&item)))
}

/// Makes an enum of plain variants a setting of a few words: `#[config(word = "HS256")]`, or the
/// variant's name in `kebab-case`; case does not matter when it is read.
#[proc_macro_derive(Choice, attributes(config))]
pub fn choice(item: TokenStream) -> TokenStream {
    finish(syn::parse(item).and_then(|item| choice::derive(&item)))
}

/// Makes a struct readable from a row: each field from the column of its name, wherever that stands.
///
/// `#[row(column = "name")]` reads a field from another column.
#[proc_macro_derive(Row, attributes(row))]
pub fn row(item: TokenStream) -> TokenStream {
    finish(syn::parse(item).and_then(|item| row::derive(&item)))
}

/// The migrations in a directory of this package, as `underpin::db::Migrations`.
///
/// `migrations!("migrations")` embeds `migrations/{sqlite,postgres}/0001_name.{up,down}.sql`; both engines
/// must have the same numbers and names, and each an `up`. A changed file is noticed by Cargo; so that a new
/// one is, too, the package's build script says `cargo:rerun-if-changed=migrations`.
#[proc_macro]
pub fn migrations(directory: TokenStream) -> TokenStream {
    finish(syn::parse(directory).and_then(|directory| migrations::embed(&directory)))
}

/// A test that runs once on each database that the machine has: `async fn name(engine: Engine)`.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    finish(test::expand(arguments.into(), item.into()))
}

macro_rules! methods {
    ($($name:ident $method:literal),*) => {$(
        #[doc = concat!("Answers `", $method, "` at a path: `#[", stringify!($name), "(\"/{id}\")]`.")]
        ///
        /// Further arguments: `status = 201`, `fails(404, 409)` (the refusals that the handler itself
        /// makes, for the document), `name = "operationId"`, `hidden` (not in the document).
        #[proc_macro_attribute]
        pub fn $name(arguments: TokenStream, item: TokenStream) -> TokenStream {
            finish(route::expand($method, arguments.into(), item.into()))
        }
    )*};
}

methods!(get "GET", post "POST", put "PUT", patch "PATCH", delete "DELETE", head "HEAD", options "OPTIONS");

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
