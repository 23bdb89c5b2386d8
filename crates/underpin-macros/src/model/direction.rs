//! What `#[model(…)]` says: which way the type travels, and how a word that is none is refused.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Token, parse::Parser as _, punctuated::Punctuated};

/// Which way the type travels.
#[derive(Clone, Copy)]
pub(super) struct Direction {
    reads: bool,
    writes: bool,
    /// Words are refused as a mismatch of the pattern `^(one|two)$`.
    pub(super) pattern: bool,
}

/// Reads the attribute's arguments.
pub(super) fn direction(arguments: TokenStream) -> syn::Result<Direction> {
    let words = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(arguments)?;
    let (mut reads, mut writes, mut pattern) = (false, false, false);
    for word in &words {
        match word.to_string().as_str() {
            "request" => reads = true,
            "response" => writes = true,
            "pattern" => pattern = true,
            _ => {
                let expected = "expected nothing, `request`, `response` or `pattern`";
                return Err(syn::Error::new_spanned(word, expected));
            }
        }
    }
    let both = reads == writes;
    Ok(Direction {
        reads: reads || both,
        writes: writes || both,
        pattern,
    })
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
