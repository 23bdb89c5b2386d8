//! `#[underpin::test]`: one test function, run on each database.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemFn;

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(syn::Error::new_spanned(
            arguments,
            "`#[underpin::test]` takes no arguments",
        ));
    }
    let function: ItemFn = syn::parse2(item)?;
    if function.sig.asyncness.is_none() {
        return Err(syn::Error::new_spanned(
            &function.sig.ident,
            "this test must be `async fn`",
        ));
    }
    let name = &function.sig.ident;
    let attributes = &function.attrs;
    match function.sig.inputs.len() {
        0 => {
            let block = &function.block;
            Ok(quote! {
                #(#attributes)*
                #[test]
                fn #name() { ::underpin::testing::block_on(async #block) }
            })
        }
        1 => Ok(quote! {
            mod #name {
                use super::*;
                #function
                #[test]
                fn sqlite() { ::underpin::testing::on(::underpin::db::Engine::Sqlite, #name) }
                #[test]
                fn postgres() { ::underpin::testing::on(::underpin::db::Engine::Postgres, #name) }
            }
        }),
        _ => Err(syn::Error::new_spanned(
            &function.sig.inputs,
            "a test takes nothing, or one `Engine` (it then runs once on each database)",
        )),
    }
}
