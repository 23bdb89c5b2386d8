//! `#[model]`: serde, shape and rules of a request or reply type, from one declaration.

mod direction;
mod object;
mod rules;
mod words;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Item, ItemStruct, spanned::Spanned};

use self::{
    direction::{Direction, direction},
    object::object,
    words::words,
};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let direction = direction(arguments)?;
    let item = syn::parse2(item)?;
    if direction.pattern && !matches!(item, Item::Enum(_)) {
        return Err(syn::Error::new(
            item.span(),
            "`pattern` stands on an enum of words",
        ));
    }
    match item {
        Item::Struct(item) => match &item.fields {
            Fields::Named(_) => object(direction, item),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => transparent(direction, &item),
            _ => Err(syn::Error::new(
                item.span(),
                "a model has named fields, or one unnamed field",
            )),
        },
        Item::Enum(item) => words(direction, &item),
        other => Err(syn::Error::new(
            other.span(),
            "`#[model]` stands on a struct or an enum",
        )),
    }
}

/// A struct with one unnamed field: on the wire it is that field.
fn transparent(direction: Direction, item: &ItemStruct) -> syn::Result<TokenStream> {
    let Some(inner) = item.fields.iter().next().map(|field| &field.ty) else {
        return Err(syn::Error::new(item.span(), "a model has a field"));
    };
    let (name, derives) = (&item.ident, direction.derives());
    Ok(quote! {
        #derives
        #[serde(crate = "::underpin::private::serde", transparent)]
        #item

        impl ::underpin::validation::Model for #name {
            fn schema() -> ::underpin::validation::Schema {
                <#inner as ::underpin::validation::Model>::schema()
            }

            fn check(&self) -> bool {
                ::underpin::validation::Model::check(&self.0)
            }
        }
    })
}

fn option(text: Option<String>) -> TokenStream {
    if let Some(text) = text {
        quote!(::core::option::Option::Some(#text))
    } else {
        quote!(::core::option::Option::None)
    }
}
