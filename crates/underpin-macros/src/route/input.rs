//! The arguments of a handler, and whether they take what its path has.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{FnArg, Ident, ItemFn, LitStr, Pat, Type, spanned::Spanned};

/// An argument of the handler: its name and type.
pub(super) struct Input {
    pub(super) name: Ident,
    pub(super) kind: Type,
}

impl Input {
    /// What it is called on the wire; a leading underscore only says that the handler does not look at it.
    pub(super) fn wire(&self) -> String {
        self.name.to_string().trim_start_matches('_').to_owned()
    }

    /// It as an `Input`, underlined at the argument's type when it is none.
    pub(super) fn input(&self) -> TokenStream {
        let kind = &self.kind;
        quote_spanned!(kind.span()=> <#kind as ::underpin::http::Input>)
    }

    fn is(&self, extractor: &str) -> bool {
        let Type::Path(path) = &self.kind else {
            return false;
        };
        path.path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == extractor)
    }
}

pub(super) fn inputs(function: &ItemFn) -> syn::Result<Vec<Input>> {
    if function.sig.asyncness.is_none() {
        return Err(syn::Error::new(
            function.sig.fn_token.span(),
            "a handler is an `async fn`",
        ));
    }
    if !function.sig.generics.params.is_empty() {
        return Err(syn::Error::new(
            function.sig.generics.span(),
            "a handler has no generics",
        ));
    }
    let mut inputs = Vec::new();
    for argument in &function.sig.inputs {
        let FnArg::Typed(argument) = argument else {
            return Err(syn::Error::new(
                argument.span(),
                "a handler is a free function",
            ));
        };
        let Pat::Ident(name) = &*argument.pat else {
            return Err(syn::Error::new(argument.pat.span(), "name this argument"));
        };
        inputs.push(Input {
            name: name.ident.clone(),
            kind: (*argument.ty).clone(),
        });
    }
    Ok(inputs)
}

/// Every `{name}` of the path has an argument `name: Path<…>`, and none stands twice.
pub(super) fn check_path(path: &LitStr, inputs: &[Input]) -> syn::Result<()> {
    let text = path.value();
    let mut seen: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        let Some(name) = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            if segment.contains(['{', '}']) {
                return Err(syn::Error::new(
                    path.span(),
                    "a parameter is a whole segment: `/{name}`",
                ));
            }
            continue;
        };
        let name = name.trim_start_matches('*');
        if seen.contains(&name) {
            return Err(syn::Error::new(
                path.span(),
                format!("`{{{name}}}` stands twice"),
            ));
        }
        seen.push(name);
        if !inputs
            .iter()
            .any(|input| input.wire() == name && input.is("Path"))
        {
            return Err(syn::Error::new(
                path.span(),
                format!("no argument takes the path parameter `{name}`; add `{name}: Path<…>`"),
            ));
        }
    }
    Ok(())
}
