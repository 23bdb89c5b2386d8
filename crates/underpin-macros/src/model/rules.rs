//! `#[field(…)]`: the rules and the example of a field.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Meta, Token, punctuated::Punctuated};

/// What `#[field(…)]` says.
#[derive(Default)]
pub(super) struct Ruled {
    rules: Vec<TokenStream>,
    /// The program's own validators, in the order of their standing.
    validators: Vec<TokenStream>,
    pub(super) example: Option<Expr>,
}

const RULES: [&str; 7] = [
    "min_length",
    "max_length",
    "gt",
    "ge",
    "lt",
    "le",
    "multiple_of",
];

/// Takes `#[field(…)]` off the field, so that the compiler does not meet it.
pub(super) fn take_rules(attributes: &mut Vec<Attribute>) -> syn::Result<Ruled> {
    let mut found = Ruled::default();
    for attribute in attributes.extract_if(.., |attribute| attribute.path().is_ident("field")) {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        for meta in metas {
            let pair = meta.require_name_value()?;
            let name = pair.path.to_token_stream().to_string();
            let value = &pair.value;
            if name == "example" {
                found.example = Some(value.clone());
            } else if let Some(when) = validator(&name) {
                found
                    .validators
                    .push(quote!(.judged(::underpin::validation::Validator::#when(#value))));
            } else if RULES.contains(&name.as_str()) {
                let rule = &pair.path;
                let value = if name.ends_with("length") {
                    quote!(#value)
                } else {
                    quote!((#value) as f64)
                };
                found
                    .rules
                    .push(quote!(#rule: ::core::option::Option::Some(#value)));
            } else {
                return Err(syn::Error::new_spanned(
                    &pair.path,
                    format!(
                        "unknown rule `{name}`; there are {}, before, after, example",
                        RULES.join(", ")
                    ),
                ));
            }
        }
    }
    Ok(found)
}

fn validator(name: &str) -> Option<TokenStream> {
    match name {
        "before" => Some(quote!(Before)),
        "after" => Some(quote!(After)),
        _ => None,
    }
}

impl Ruled {
    /// What puts the validators around a shape.
    pub(super) fn validators(&self) -> &[TokenStream] {
        &self.validators
    }

    /// The rules as a constant, if there are any.
    pub(super) fn constant(&self) -> Option<TokenStream> {
        let rules = &self.rules;
        (!rules.is_empty()).then(|| {
            quote!(::underpin::validation::Rules { #(#rules,)* ..::underpin::validation::Rules::NONE })
        })
    }
}
