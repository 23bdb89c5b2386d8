//! `#[get("…")]` and its like: a handler learns its address, describes itself, and can be listed in `routes!`.

mod build;
mod describe;
mod input;
mod options;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemFn, ReturnType, Type, spanned::Spanned};

use self::{
    build::build,
    describe::describe,
    input::{Input, check_path, inputs},
    options::Options,
};

pub(crate) fn expand(
    method: &str,
    arguments: TokenStream,
    item: TokenStream,
) -> syn::Result<TokenStream> {
    let options: Options = syn::parse2(arguments)?;
    let function: ItemFn = syn::parse2(item)?;
    let inputs = inputs(&function)?;
    check_path(&options.path, &inputs)?;
    if let ReturnType::Type(_, kind) = &function.sig.output
        && let Type::ImplTrait(kind) = &**kind
    {
        return Err(syn::Error::new(
            kind.span(),
            "an `impl …` cannot be documented; name the reply's type",
        ));
    }
    Ok(generate(method, &options, &function, &inputs))
}

fn generate(method: &str, options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
    let handler = &function.sig.ident;
    let visibility = &function.vis;
    let path = &options.path;
    let method = format_ident!("{method}");
    let describe = describe(options, function, inputs);
    let build = build(options, function, inputs);
    quote! {
        #[deny(dead_code, reason = "a handler must stand in its router's `routes![…]`")]
        #function

        #[doc(hidden)]
        #[allow(non_camel_case_types, clippy::allow_attributes, reason = "it bears the handler's name, for `routes![…]`")]
        #visibility struct #handler {}

        impl ::underpin::http::Endpoint for #handler {
            const METHOD: ::underpin::private::Method = ::underpin::private::Method::#method;
            const PATH: &'static str = #path;
            #describe
            #build
        }
    }
}

/// The reply type as an `Output`, underlined at the type when it is none.
fn output(function: &ItemFn) -> TokenStream {
    match &function.sig.output {
        ReturnType::Default => quote!(<() as ::underpin::http::Output>),
        ReturnType::Type(_, kind) => {
            quote_spanned!(kind.span()=> <#kind as ::underpin::http::Output>)
        }
    }
}
