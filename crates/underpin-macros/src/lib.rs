//! Attributes and derives of `underpin`: what a handler, a model, a service writes about itself becomes code.

mod attributes;
mod choice;
mod config;
mod model;
mod provide;
mod route;
mod test;

use proc_macro::TokenStream;

/// Makes a struct or enum a request or reply type: serde, its shape, its rules.
///
/// `#[model(request)]` only reads, `#[model(response)]` only writes, `#[model]` does both. Rules stand
/// on fields: `#[field(min_length = 1, max_length = 200, example = "Milk")]`; numbers take `gt`, `ge`,
/// `lt`, `le`, `multiple_of`. A struct with one unnamed field looks like that field on the wire.
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

/// A test that runs once on each database that the machine has: `async fn name(db: TestDb)`.
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
