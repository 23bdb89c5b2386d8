//! `#[derive(Provide)]`: a struct is built from its fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let item: DeriveInput = syn::parse2(item)?;
    let Data::Struct(data) = &item.data else {
        return Err(syn::Error::new_spanned(
            &item.ident,
            "`Provide` builds structs only",
        ));
    };
    let value = quote!(::underpin::Provide::provide(context)?);
    let body = match &data.fields {
        Fields::Named(fields) => {
            let names = fields.named.iter().map(|field| &field.ident);
            quote!(Self { #(#names: #value),* })
        }
        Fields::Unnamed(fields) => {
            let values = fields.unnamed.iter().map(|_| &value);
            quote!(Self(#(#values),*))
        }
        Fields::Unit => quote!(Self),
    };
    let name = &item.ident;
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::underpin::Provide for #name #arguments #conditions {
            fn provide(context: &::underpin::Context) -> ::core::result::Result<Self, ::underpin::StartError> {
                let _ = context;
                ::core::result::Result::Ok(#body)
            }
        }
    })
}
