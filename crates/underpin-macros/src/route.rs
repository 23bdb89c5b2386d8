//! `#[get("…")]` and its like: a handler learns its address, describes itself, and can be listed in `routes!`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{
    FnArg, Ident, ItemFn, LitInt, LitStr, Pat, ReturnType, Token, Type, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::attributes;

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

/// What stands in the brackets of the attribute.
struct Options {
    path: LitStr,
    status: Option<LitInt>,
    fails: Vec<LitInt>,
    name: Option<LitStr>,
    media_type: Option<LitStr>,
    hidden: bool,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path: LitStr = input.parse()?;
        let mut options = Self {
            path,
            status: None,
            fails: Vec::new(),
            name: None,
            media_type: None,
            hidden: false,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            options.argument(input)?;
        }
        let text = options.path.value();
        if text.is_empty() || text.starts_with('/') {
            Ok(options)
        } else {
            Err(syn::Error::new(
                options.path.span(),
                "a path starts with `/`, or is empty",
            ))
        }
    }
}

impl Options {
    fn argument(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        match name.to_string().as_str() {
            "status" => {
                input.parse::<Token![=]>()?;
                self.status = Some(input.parse()?);
            }
            "name" => {
                input.parse::<Token![=]>()?;
                self.name = Some(input.parse()?);
            }
            "media_type" => {
                input.parse::<Token![=]>()?;
                self.media_type = Some(input.parse()?);
            }
            "fails" => {
                let list;
                parenthesized!(list in input);
                let statuses = Punctuated::<LitInt, Token![,]>::parse_terminated(&list)?;
                self.fails = statuses.into_iter().collect();
            }
            "hidden" => self.hidden = true,
            _ => {
                return Err(syn::Error::new(
                    name.span(),
                    "unknown argument; there are `status = …`, `fails(…)`, `media_type = \"…\"`, `name = \"…\"`, `hidden`",
                ));
            }
        }
        Ok(())
    }
}

/// An argument of the handler: its name and type.
struct Input {
    name: Ident,
    kind: Type,
}

impl Input {
    /// What it is called on the wire; a leading underscore only says that the handler does not look at it.
    fn wire(&self) -> String {
        self.name.to_string().trim_start_matches('_').to_owned()
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

fn inputs(function: &ItemFn) -> syn::Result<Vec<Input>> {
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
fn check_path(path: &LitStr, inputs: &[Input]) -> syn::Result<()> {
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

fn describe(options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
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
        let (text, kind) = (input.wire(), &input.kind);
        quote_spanned!(kind.span()=> <#kind as ::underpin::http::Input>::describe(operation, #text);)
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

/// The reply type as an `Output`, underlined at the type when it is none.
fn output(function: &ItemFn) -> TokenStream {
    match &function.sig.output {
        ReturnType::Default => quote!(<() as ::underpin::http::Output>),
        ReturnType::Type(_, kind) => {
            quote_spanned!(kind.span()=> <#kind as ::underpin::http::Output>)
        }
    }
}

fn build(options: &Options, function: &ItemFn, inputs: &[Input]) -> TokenStream {
    let handler = &function.sig.ident;
    let output = output(function);
    let kinds: Vec<&Type> = inputs.iter().map(|input| &input.kind).collect();
    let names: Vec<&Ident> = inputs.iter().map(|input| &input.name).collect();
    let texts: Vec<String> = inputs.iter().map(Input::wire).collect();
    let places: Vec<Ident> = (0..inputs.len())
        .map(|place| format_ident!("prepared_{place}"))
        .collect();
    let input: Vec<TokenStream> = kinds
        .iter()
        .map(|kind| quote_spanned!(kind.span()=> <#kind as ::underpin::http::Input>))
        .collect();
    let extract = |guard: TokenStream, on_error: &TokenStream| -> Vec<TokenStream> {
        let each = kinds.iter().zip(&names).zip(&places).zip(&texts);
        each.map(|(((kind, name), place), text)| {
            quote_spanned! {kind.span()=>
                if #guard <#kind as ::underpin::http::Input>::GUARD {
                    match <#kind as ::underpin::http::Input>::extract(#place, #text, &mut exchange).await {
                        ::core::result::Result::Ok(value) => #name = value,
                        ::core::result::Result::Err(error) => #on_error,
                    }
                }
            }
        })
        .collect()
    };
    let has_body = quote!(<#handler as ::underpin::http::Endpoint>::HAS_BODY);
    let guards = extract(
        quote!(),
        &quote!(return exchange.refuse(error, #has_body).await),
    );
    let others = extract(quote!(!), &quote!(return exchange.fail(&error)));
    let status = match &options.status {
        Some(status) => quote!(::core::option::Option::Some(#status)),
        None => quote!(::core::option::Option::None),
    };
    let unwrap = if inputs.is_empty() {
        quote!()
    } else {
        quote! {
            let (#(::core::option::Option::Some(#names),)*) = (#(#names,)*) else {
                return exchange.invalid();
            };
        }
    };
    quote! {
        const HAS_BODY: bool = false #(|| #input::BODY)*;

        fn build(
            context: &::underpin::Context,
        ) -> ::core::result::Result<::underpin::http::Handler, ::underpin::StartError> {
            let _ = context;
            let prepared = ::std::sync::Arc::new((#(#input::prepare(context)?,)*));
            ::core::result::Result::Ok(::underpin::http::Handler::new(move |mut exchange| {
                let prepared = ::std::sync::Arc::clone(&prepared);
                async move {
                    let (#(#places,)*) = &*prepared;
                    #(let mut #names: ::core::option::Option<#kinds> = ::core::option::Option::None;)*
                    #(#guards)*
                    #(#others)*
                    #unwrap
                    let reply = #handler(#(#names),*).await;
                    exchange.finish(#output::reply(reply, &exchange), #status)
                }
            }))
        }
    }
}
