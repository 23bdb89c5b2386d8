//! The part of a handler that answers requests.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ItemFn, spanned::Spanned};

use super::{input::Input, options::Options, output};

pub(super) fn build(options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
    let prepare = inputs.iter().map(Input::input);
    let reads_body = inputs.iter().map(Input::input);
    let answer = answer(options, function, inputs);
    quote! {
        const HAS_BODY: bool = false #(|| #reads_body::BODY)*;

        fn build(
            context: &::underpin::Context,
        ) -> ::core::result::Result<::underpin::http::Handler, ::underpin::StartError> {
            let _ = context;
            let prepared = ::std::sync::Arc::new((#(#prepare::prepare(context)?,)*));
            ::core::result::Result::Ok(::underpin::http::Handler::new(move |mut exchange| {
                let prepared = ::std::sync::Arc::clone(&prepared);
                async move { #answer }
            }))
        }
    }
}

/// Guards first, then everything else, so that all faults are found; then the handler itself.
fn answer(options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
    let handler = &function.sig.ident;
    let output = output(function);
    let arguments = numbered("argument", inputs.len());
    let slots = numbered("prepared", inputs.len());
    let kinds = inputs.iter().map(|input| &input.kind);
    let refuse = quote! {
        return exchange.refuse(error, <#handler as ::underpin::http::Endpoint>::HAS_BODY).await
    };
    let fail = quote!(return exchange.fail(&error));
    let each = || inputs.iter().zip(&arguments).zip(&slots);
    let guards =
        each().map(|((input, argument), slot)| extract(input, argument, slot, &quote!(), &refuse));
    let others =
        each().map(|((input, argument), slot)| extract(input, argument, slot, &quote!(!), &fail));
    let complete = (!inputs.is_empty()).then(|| {
        quote! {
            let (#(::core::option::Option::Some(#arguments),)*) = (#(#arguments,)*) else {
                return exchange.invalid();
            };
        }
    });
    let status = options.status.as_ref();
    let status = status.map_or(
        quote!(::core::option::Option::None),
        |status| quote!(::core::option::Option::Some(#status)),
    );
    quote! {
        let (#(#slots,)*) = &*prepared;
        #(let mut #arguments: ::core::option::Option<#kinds> = ::core::option::Option::None;)*
        #(#guards)*
        #(#others)*
        #complete
        let reply = #handler(#(#arguments),*).await;
        exchange.finish(#output::reply(reply, &exchange), #status)
    }
}

fn numbered(name: &str, count: usize) -> Vec<Ident> {
    (0..count)
        .map(|number| format_ident!("{name}_{number}"))
        .collect()
}

/// Reads one argument, if it is a guard (`not` is empty) or if it is none (`not` is `!`).
fn extract(
    input: &Input,
    argument: &Ident,
    slot: &Ident,
    not: &TokenStream,
    on_error: &TokenStream,
) -> TokenStream {
    let (text, kind) = (input.wire(), &input.kind);
    quote_spanned! {kind.span()=>
        if #not <#kind as ::underpin::http::Input>::GUARD {
            match <#kind as ::underpin::http::Input>::extract(#slot, #text, &mut exchange).await {
                ::core::result::Result::Ok(value) => #argument = value,
                ::core::result::Result::Err(error) => #on_error,
            }
        }
    }
}
