//! An enum of plain variants: each is a word on the wire.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, ItemEnum, spanned::Spanned};

use super::{direction::Direction, option};
use crate::attributes;

/// An enum of words.
pub(super) fn words(direction: Direction, item: &ItemEnum) -> syn::Result<TokenStream> {
    let container = attributes::serde(&item.attrs)?;
    let mut values = Vec::new();
    for variant in &item.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new(
                variant.span(),
                "a model's variants are plain words",
            ));
        }
        let serde = attributes::serde(&variant.attrs)?;
        values.push(serde.rename.unwrap_or_else(|| {
            attributes::recase(
                &variant.ident.to_string(),
                container.rename_all.as_deref(),
                true,
            )
        }));
    }
    let name = &item.ident;
    let text = name.to_string();
    let description = option(attributes::description(&item.attrs));
    let shape = if direction.pattern {
        quote!(Pattern)
    } else {
        quote!(Enum)
    };
    let (derives, strictly) = (direction.derives(), direction.strictly(name));
    Ok(quote! {
        #derives
        #[serde(crate = "::underpin::private::serde", remote = "Self")]
        #item

        #strictly

        impl ::underpin::validation::Model for #name {
            fn schema() -> ::underpin::validation::Schema {
                fn described() -> &'static ::underpin::validation::EnumSchema {
                    static SCHEMA: ::std::sync::LazyLock<::underpin::validation::EnumSchema> =
                        ::std::sync::LazyLock::new(|| ::underpin::validation::EnumSchema {
                            name: #text,
                            description: #description,
                            values: ::std::vec![#(#values),*],
                        });
                    &SCHEMA
                }
                ::underpin::validation::Schema::#shape(described)
            }
        }
    })
}
