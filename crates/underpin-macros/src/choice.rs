//! `#[derive(Choice)]`: an enum of plain variants as the words of a setting.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result, Variant};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "`Choice` is for enums; for structs derive `Config`",
        ));
    };
    let words = data.variants.iter().map(word).collect::<Result<Vec<_>>>()?;
    let variants = data.variants.iter().map(|variant| &variant.ident);
    let name = &input.ident;
    Ok(quote! {
        impl ::underpin::config::FromText for #name {
            const SHAPE: ::underpin::config::Shape =
                ::underpin::config::Shape::words(&[#(#words),*]);

            fn from_text(
                text: &str,
            ) -> ::core::result::Result<Self, ::core::option::Option<::std::string::String>> {
                #(if text.trim().eq_ignore_ascii_case(#words) {
                    return ::core::result::Result::Ok(Self::#variants);
                })*
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    })
}

/// The word of `#[config(word = "…")]`, or the variant's name in `kebab-case`.
fn word(variant: &Variant) -> Result<String> {
    if !matches!(variant.fields, Fields::Unit) {
        return Err(Error::new(
            variant.ident.span(),
            "a choice carries no fields",
        ));
    }
    let mut word = None;
    for attribute in variant
        .attrs
        .iter()
        .filter(|found| found.path().is_ident("config"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("word") {
                return Err(meta.error("a choice knows `word = \"…\"` only"));
            }
            word = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    Ok(word.unwrap_or_else(|| kebab_case(&variant.ident.to_string())))
}

fn kebab_case(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}
