//! The part of a handler that stands in the document.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemFn, LitStr};

use super::{input::Input, options::Options, output};
use crate::attributes;

pub(super) fn describe(options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
    let lines = attributes::doc(&function.attrs);
    let end = lines
        .iter()
        .position(String::is_empty)
        .unwrap_or(lines.len());
    let (summary, rest) = lines.split_at(end);
    let summary = summary.join(" ");
    let description = rest.join("\n").trim().to_owned();
    let name = options
        .name
        .as_ref()
        .map_or_else(|| function.sig.ident.to_string(), LitStr::value);
    let hidden = options.hidden;
    let fails = &options.fails;
    let status = options.status.iter();
    let media_type = options.media_type.iter();
    let arguments = inputs.iter().map(|input| {
        let (text, of) = (input.wire(), input.input());
        quote!(#of::describe(operation, #text);)
    });
    let output = output(function);
    quote! {
        fn describe(operation: &mut ::underpin::openapi::Operation) {
            operation.name(#name, #summary, #description);
            operation.hidden = #hidden;
            #(#arguments)*
            #output::describe(operation);
            #(operation.succeeds_with(#status);)*
            #(operation.succeeds_as(#media_type);)*
            #(operation.fails_with(#fails);)*
        }
    }
}
