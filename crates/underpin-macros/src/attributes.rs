//! Reading what stands on an item: doc comments, `#[serde(…)]`, names in another case.

use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, punctuated::Punctuated};

/// The doc comment: its lines, without the blank that follows `///`.
pub(crate) fn doc(attributes: &[Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) = &pair.value
        {
            let line = line.value();
            lines.push(
                line.strip_prefix(' ')
                    .unwrap_or(&line)
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    lines
}

/// The doc comment as one text.
pub(crate) fn description(attributes: &[Attribute]) -> Option<String> {
    let text = doc(attributes).join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// What `#[serde(…)]` says that changes the shape on the wire.
#[derive(Default)]
pub(crate) struct Serde {
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<String>,
    pub(crate) default: bool,
    pub(crate) deny_unknown_fields: bool,
    pub(crate) skip: bool,
}

/// Reads `#[serde(…)]`; what would make the shape a lie is refused.
pub(crate) fn serde(attributes: &[Attribute]) -> syn::Result<Serde> {
    let mut found = Serde::default();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        for meta in metas {
            read(&meta, &mut found)?;
        }
    }
    Ok(found)
}

fn read(meta: &Meta, found: &mut Serde) -> syn::Result<()> {
    let name = meta
        .path()
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    match name.as_str() {
        "rename" => found.rename = Some(text(meta)?),
        "rename_all" => found.rename_all = Some(text(meta)?),
        "default" => found.default = true,
        "deny_unknown_fields" => found.deny_unknown_fields = true,
        "skip" => found.skip = true,
        "flatten" | "tag" | "untagged" | "content" => {
            return Err(syn::Error::new_spanned(
                meta,
                "a model's shape cannot be told with this serde attribute; declare the fields",
            ));
        }
        _ => {}
    }
    Ok(())
}

fn text(meta: &Meta) -> syn::Result<String> {
    match &meta.require_name_value()?.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text.value()),
        other => Err(syn::Error::new_spanned(other, "expected a text")),
    }
}

/// `name` in the case that `#[serde(rename_all)]` asks for. Field names come in `snake_case`, variants in `PascalCase`.
pub(crate) fn recase(name: &str, case: Option<&str>, is_variant: bool) -> String {
    let words: Vec<String> = if is_variant {
        split_pascal(name)
    } else {
        split_snake(name)
    };
    let capital = |word: &String| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect::<String>()
        })
    };
    match case {
        Some("lowercase") => words.concat(),
        Some("UPPERCASE") => words.concat().to_uppercase(),
        Some("PascalCase") => words.iter().map(capital).collect(),
        Some("camelCase") => words
            .iter()
            .enumerate()
            .map(|(i, w)| if i == 0 { w.clone() } else { capital(w) })
            .collect(),
        Some("snake_case") => words.join("_"),
        Some("SCREAMING_SNAKE_CASE") => words.join("_").to_uppercase(),
        Some("kebab-case") => words.join("-"),
        Some("SCREAMING-KEBAB-CASE") => words.join("-").to_uppercase(),
        _ => name.to_owned(),
    }
}

fn split_snake(name: &str) -> Vec<String> {
    name.split('_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn split_pascal(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        if letter.is_uppercase() || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}
