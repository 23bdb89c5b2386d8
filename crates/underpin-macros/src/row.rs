//! `#[derive(Row)]`: a struct from a row, each field from the column of its name.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, LitStr, Result, ext::IdentExt};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = named_fields(input)?;
    let columns = fields.iter().map(column).collect::<Result<Vec<_>>>()?;
    let reads = fields.iter().enumerate().map(|(index, field)| {
        let (name, kind) = (&field.ident, &field.ty);
        quote!(#name: row.get::<#kind>(#index)?)
    });
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics ::underpin::db::FromRow for #name #arguments #bounds {
            const COLUMNS: ::underpin::db::Columns =
                ::underpin::db::Columns::Named(&[#(#columns),*]);

            fn from_row(
                row: &::underpin::db::RowRef<'_>,
            ) -> ::core::result::Result<Self, ::underpin::db::DecodeError> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    })
}

fn named_fields(input: &DeriveInput) -> Result<Vec<Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().cloned().collect()),
            _ => Err(Error::new_spanned(
                &input.ident,
                "`Row` needs named fields: each is read from the column of its name",
            )),
        },
        _ => Err(Error::new_spanned(
            &input.ident,
            "`Row` can be derived for a struct only",
        )),
    }
}

/// The field's name, or that of `#[row(column = "…")]`.
fn column(field: &Field) -> Result<String> {
    let mut column = field.ident.as_ref().map(|name| name.unraw().to_string());
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("row"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("column") {
                return Err(meta.error("known here: `column = \"name\"`"));
            }
            column = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    column.ok_or_else(|| Error::new_spanned(field, "this field has no name"))
}
