//! Which way a model travels: read from requests, written to replies, or both.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Which way the type travels.
#[derive(Clone, Copy)]
pub(super) struct Direction {
    reads: bool,
    writes: bool,
}

/// Reads the attribute's argument.
pub(super) fn direction(arguments: &TokenStream) -> syn::Result<Direction> {
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
    /// The serde derives.
    pub(super) fn derives(self) -> TokenStream {
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
    pub(super) fn strictly(self, name: &Ident) -> TokenStream {
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
