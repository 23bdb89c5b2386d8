//! `#[model]`: serde, shape and rules of a request or reply type, from one declaration.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, Fields, FieldsNamed, Ident, Item, ItemEnum, ItemStruct, Meta, Token, Type,
    punctuated::Punctuated, spanned::Spanned,
};

use crate::attributes::{self, Serde};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let direction = direction(&arguments)?;
    match syn::parse2(item)? {
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

/// Which way the type travels.
#[derive(Clone, Copy)]
struct Direction {
    reads: bool,
    writes: bool,
}

fn direction(arguments: &TokenStream) -> syn::Result<Direction> {
    match arguments.to_string().as_str() {
        "" => Ok(Direction {
            reads: true,
            writes: true,
        }),
        "request" => Ok(Direction {
            reads: true,
            writes: false,
        }),
        "response" => Ok(Direction {
            reads: false,
            writes: true,
        }),
        _ => Err(syn::Error::new_spanned(
            arguments,
            "expected nothing, `request` or `response`",
        )),
    }
}

impl Direction {
    fn derives(self) -> TokenStream {
        let reads = self
            .reads
            .then(|| quote!(::underpin::private::serde::Deserialize,));
        let writes = self
            .writes
            .then(|| quote!(::underpin::private::serde::Serialize,));
        quote!(#[derive(#reads #writes)])
    }

    /// The serde traits of a type that derives them for a remote self: objects are read from objects
    /// alone, words from strings alone, where derived code would take more than Pydantic does.
    fn strictly(self, name: &Ident) -> TokenStream {
        let serde = quote!(::underpin::private::serde);
        let reads = self.reads.then(|| {
            quote! {
                impl<'de> #serde::Deserialize<'de> for #name {
                    fn deserialize<D: #serde::Deserializer<'de>>(
                        deserializer: D,
                    ) -> ::core::result::Result<Self, D::Error> {
                        #name::deserialize(::underpin::validation::Strictly(deserializer))
                    }
                }
            }
        });
        let writes = self.writes.then(|| {
            quote! {
                impl #serde::Serialize for #name {
                    fn serialize<S: #serde::Serializer>(
                        &self,
                        serializer: S,
                    ) -> ::core::result::Result<S::Ok, S::Error> {
                        #name::serialize(self, serializer)
                    }
                }
            }
        });
        quote!(#reads #writes)
    }
}

fn object(direction: Direction, mut item: ItemStruct) -> syn::Result<TokenStream> {
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
    reject_duplicates(fields)?;
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

fn reject_duplicates(fields: &FieldsNamed) -> syn::Result<()> {
    if fields.named.is_empty() {
        return Err(syn::Error::new(
            fields.span(),
            "a model has at least one field",
        ));
    }
    Ok(())
}

/// What `#[field(…)]` says.
#[derive(Default)]
struct Ruled {
    rules: Vec<TokenStream>,
    example: Option<Expr>,
}

const RULES: [&str; 7] = [
    "min_length",
    "max_length",
    "gt",
    "ge",
    "lt",
    "le",
    "multiple_of",
];

/// Takes `#[field(…)]` off the field, so that the compiler does not meet it.
fn take_rules(attributes: &mut Vec<Attribute>) -> syn::Result<Ruled> {
    let mut found = Ruled::default();
    for attribute in attributes.extract_if(.., |attribute| attribute.path().is_ident("field")) {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        for meta in metas {
            let pair = meta.require_name_value()?;
            let name = pair.path.to_token_stream().to_string();
            let value = &pair.value;
            if name == "example" {
                found.example = Some(value.clone());
            } else if RULES.contains(&name.as_str()) {
                let rule = &pair.path;
                let value = if name.ends_with("length") {
                    quote!(#value)
                } else {
                    quote!((#value) as f64)
                };
                found
                    .rules
                    .push(quote!(#rule: ::core::option::Option::Some(#value)));
            } else {
                return Err(syn::Error::new_spanned(
                    &pair.path,
                    format!(
                        "unknown rule `{name}`; there are {}, example",
                        RULES.join(", ")
                    ),
                ));
            }
        }
    }
    Ok(found)
}

impl Ruled {
    fn constant(&self) -> Option<TokenStream> {
        let rules = &self.rules;
        (!rules.is_empty()).then(|| {
            quote!(::underpin::validation::Rules { #(#rules,)* ..::underpin::validation::Rules::NONE })
        })
    }
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
    let required = !(serde.default || container.default || is_option(kind));
    let example = match &ruled.example {
        Some(value) => {
            quote!(::core::option::Option::Some(
                ::underpin::private::serde_json::json!(#value)
            ))
        }
        None => quote!(::core::option::Option::None),
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
    match ruled.constant() {
        None => nested,
        Some(rules) => quote! {
            ::underpin::validation::Obey::obeys(&self.#name, const { &#rules }) && #nested
        },
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

/// An enum of words.
fn words(direction: Direction, item: &ItemEnum) -> syn::Result<TokenStream> {
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
                ::underpin::validation::Schema::Enum(described)
            }
        }
    })
}

fn is_option(kind: &Type) -> bool {
    let Type::Path(path) = kind else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "Option")
}

fn option(text: Option<String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
