//! A struct with named fields: an object on the wire.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, FieldsNamed, ItemStruct, Type, spanned::Spanned};

use super::{
    direction::Direction,
    option,
    rules::{Ruled, take_rules},
};
use crate::attributes::{self, Serde};

pub(super) fn object(direction: Direction, mut item: ItemStruct) -> syn::Result<TokenStream> {
    let container = attributes::serde(&item.attrs)?;
    let Fields::Named(fields) = &mut item.fields else {
        return Ok(TokenStream::new());
    };
    let mut described = Vec::new();
    let mut checks = Vec::new();
    for field in &mut fields.named {
        let serde = attributes::serde(&field.attrs)?;
        if serde.skip {
            continue;
        }
        let ruled = take_rules(&mut field.attrs)?;
        described.push(describe(field, &container, &serde, &ruled));
        checks.push(check(field, &ruled));
    }
    refuse_empty(fields)?;
    let name = &item.ident;
    let text = name.to_string();
    let description = option(attributes::description(&item.attrs));
    let closed = container.deny_unknown_fields;
    let (derives, strictly) = (direction.derives(), direction.strictly(name));
    Ok(quote! {
        #derives
        #[serde(crate = "::underpin::private::serde", remote = "Self")]
        #item

        #strictly

        impl ::underpin::validation::Model for #name {
            fn schema() -> ::underpin::validation::Schema {
                fn described() -> &'static ::underpin::validation::ModelSchema {
                    static SCHEMA: ::std::sync::LazyLock<::underpin::validation::ModelSchema> =
                        ::std::sync::LazyLock::new(|| ::underpin::validation::ModelSchema {
                            name: #text,
                            description: #description,
                            fields: ::std::vec![#(#described),*],
                            closed: #closed,
                        });
                    &SCHEMA
                }
                ::underpin::validation::Schema::Model(described)
            }

            fn check(&self) -> bool {
                true #(&& #checks)*
            }
        }
    })
}

fn refuse_empty(fields: &FieldsNamed) -> syn::Result<()> {
    if fields.named.is_empty() {
        return Err(syn::Error::new(
            fields.span(),
            "a model has at least one field",
        ));
    }
    Ok(())
}

fn describe(field: &syn::Field, container: &Serde, serde: &Serde, ruled: &Ruled) -> TokenStream {
    let wire = serde.rename.clone().unwrap_or_else(|| {
        let name = field
            .ident
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let name = name.trim_start_matches("r#").to_owned();
        attributes::recase(&name, container.rename_all.as_deref(), false)
    });
    let description = option(attributes::description(&field.attrs));
    let kind = &field.ty;
    let mut schema = quote!(<#kind as ::underpin::validation::Model>::schema());
    if let Some(rules) = ruled.constant() {
        schema = quote!(#schema.ruled(#rules));
    }
    let validators = ruled.validators();
    schema = quote!(#schema #(#validators)*);
    let required = !(serde.default || container.default || is_option(kind));
    let example = if let Some(value) = &ruled.example {
        quote!(::core::option::Option::Some(
            ::underpin::private::serde_json::json!(#value)
        ))
    } else {
        quote!(::core::option::Option::None)
    };
    quote! {
        ::underpin::validation::Field {
            name: #wire,
            description: #description,
            schema: #schema,
            required: #required,
            default: ::core::option::Option::None,
            example: #example,
        }
    }
}

fn check(field: &syn::Field, ruled: &Ruled) -> TokenStream {
    let name = &field.ident;
    let nested = quote!(::underpin::validation::Model::check(&self.#name));
    let value = quote!(&self.#name);
    match ruled.constant() {
        None => nested,
        Some(constant) => quote_spanned! {field.ty.span()=>
            ::underpin::validation::Obey::obeys(#value, const { &#constant }) && #nested
        },
    }
}

fn is_option(kind: &Type) -> bool {
    let Type::Path(path) = kind else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "Option")
}
