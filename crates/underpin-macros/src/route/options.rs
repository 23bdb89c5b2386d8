//! What stands in the brackets of a route attribute.

use syn::{
    Ident, LitInt, LitStr, Token, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// What stands in the brackets of the attribute.
pub(super) struct Options {
    pub(super) path: LitStr,
    pub(super) status: Option<LitInt>,
    pub(super) fails: Vec<LitInt>,
    pub(super) name: Option<LitStr>,
    pub(super) media_type: Option<LitStr>,
    pub(super) hidden: bool,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path: LitStr = input.parse()?;
        let mut options = Self {
            path,
            status: None,
            fails: Vec::new(),
            name: None,
            media_type: None,
            hidden: false,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            options.argument(input)?;
        }
        let text = options.path.value();
        if text.is_empty() || text.starts_with('/') {
            Ok(options)
        } else {
            Err(syn::Error::new(
                options.path.span(),
                "a path starts with `/`, or is empty",
            ))
        }
    }
}

impl Options {
    fn argument(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        match name.to_string().as_str() {
            "status" => {
                input.parse::<Token![=]>()?;
                self.status = Some(input.parse()?);
            }
            "name" => {
                input.parse::<Token![=]>()?;
                self.name = Some(input.parse()?);
            }
            "media_type" => {
                input.parse::<Token![=]>()?;
                self.media_type = Some(input.parse()?);
            }
            "fails" => {
                let list;
                parenthesized!(list in input);
                let statuses = Punctuated::<LitInt, Token![,]>::parse_terminated(&list)?;
                self.fails = statuses.into_iter().collect();
            }
            "hidden" => self.hidden = true,
            _ => {
                return Err(syn::Error::new(
                    name.span(),
                    "unknown argument; there are `status = …`, `fails(…)`, `media_type = \"…\"`, `name = \"…\"`, `hidden`",
                ));
            }
        }
        Ok(())
    }
}
