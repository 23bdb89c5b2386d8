//! `#[derive(Config)]`: each field from its variable. What the values mean is the framework's `config`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Data, DeriveInput, Error, Expr, Field, Fields, GenericArgument, Ident, Lit, LitStr, Path,
    PathArguments, Result, Type, UnOp, meta::ParseNestedMeta, spanned::Spanned,
};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "`Config` is for structs; for enums derive `Choice`",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(
            input.ident.span(),
            "`Config` needs named fields",
        ));
    };
    let (mut reads, mut names, mut variables) = (Vec::new(), Vec::new(), Vec::new());
    for field in &fields.named {
        let (read, variable) = expand(field)?;
        let name = field.ident.as_ref();
        reads.push(quote!(let #name = #read;));
        names.push(quote!(#name: #name?,));
        variables.push(variable);
    }
    let check = check(input)?.map(|path| quote!(#path(&__settings, __reader);));
    let (name, (impl_generics, type_generics, wheres)) =
        (&input.ident, input.generics.split_for_impl());
    Ok(quote! {
        impl #impl_generics ::underpin::config::Config for #name #type_generics #wheres {
            fn read(
                __reader: &mut ::underpin::config::Reader<'_>,
            ) -> ::core::option::Option<Self> {
                #(#reads)*
                let __settings = Self { #(#names)* };
                #check
                ::core::option::Option::Some(__settings)
            }

            fn variables() -> ::std::vec::Vec<::underpin::config::Variable> {
                let mut __all = ::std::vec::Vec::new();
                #(#variables)*
                __all
            }
        }
    })
}

fn check(input: &DeriveInput) -> Result<Option<Path>> {
    let mut check = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|found| found.path().is_ident("config"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("check") {
                return Err(meta.error("a settings struct knows `check = path` only"));
            }
            check = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    Ok(check)
}

#[derive(Default)]
struct Options {
    env: Option<LitStr>,
    default: Option<LitStr>,
    min: Option<f64>,
    max: Option<f64>,
    list: bool,
    from_str: bool,
    nested: bool,
    defaults: Vec<(String, LitStr)>,
}

impl Options {
    fn of(field: &Field) -> Result<Self> {
        let mut options = Self::default();
        for attribute in field
            .attrs
            .iter()
            .filter(|found| found.path().is_ident("config"))
        {
            attribute.parse_nested_meta(|meta| options.set(&meta))?;
        }
        let message = match (&options.env, options.nested) {
            (None, false) => {
                "name the variable: `#[config(env = \"NAME\")]`, or say `#[config(nested)]`"
            }
            (Some(_), true) => "`nested` settings name their own variables",
            (Some(env), false) if !is_variable(&env.value()) => {
                return Err(Error::new(env.span(), "use capitals, digits and `_` only"));
            }
            _ => return Ok(options),
        };
        Err(Error::new(field.span(), message))
    }

    fn set(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta
            .path
            .get_ident()
            .map(Ident::to_string)
            .unwrap_or_default();
        match name.as_str() {
            "env" => self.env = Some(meta.value()?.parse()?),
            "default" => self.default = Some(meta.value()?.parse()?),
            "min" => self.min = Some(number(&meta.value()?.parse()?)?),
            "max" => self.max = Some(number(&meta.value()?.parse()?)?),
            "list" => self.list = true,
            "from_str" => self.from_str = true,
            "nested" => self.nested = true,
            "defaults" => meta.parse_nested_meta(|default| {
                let name = default
                    .path
                    .get_ident()
                    .map(Ident::to_string)
                    .unwrap_or_default();
                self.defaults.push((name, default.value()?.parse()?));
                Ok(())
            })?,
            _ => {
                let known = "env, default, min, max, list, from_str, nested or defaults(…)";
                return Err(meta.error(format!("unknown; expected {known}")));
            }
        }
        Ok(())
    }
}

fn is_variable(name: &str) -> bool {
    let plain = |next: char| next.is_ascii_uppercase() || next.is_ascii_digit() || next == '_';
    !name.is_empty() && name.chars().all(plain)
}

fn number(expression: &Expr) -> Result<f64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse(),
            Lit::Float(number) => number.base10_parse(),
            other => Err(Error::new(other.span(), "expected a number")),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Ok(-number(&unary.expr)?),
        other => Err(Error::new(other.span(), "expected a number")),
    }
}

/// What reads the field, and what adds it to the list of variables.
fn expand(field: &Field) -> Result<(TokenStream, TokenStream)> {
    let options = Options::of(field)?;
    if options.nested {
        return Ok(nested(&field.ty, &options.defaults));
    }
    let (optional, inner) = (
        argument_of(&field.ty, "Option"),
        argument_of(&field.ty, "Vec"),
    );
    let (value, method) = match (options.list, optional, inner) {
        (true, _, Some(item)) => (item, quote!(read_list)),
        (true, ..) => return Err(Error::new(field.ty.span(), "a `list` is a `Vec`")),
        (false, Some(inner), _) => (inner, quote!(read_optional)),
        (false, None, _) => (&field.ty, quote!(read)),
    };
    if let (Some(_), Some(default)) = (optional, &options.default) {
        return Err(Error::new(
            default.span(),
            "with a default it is never absent: drop `Option`",
        ));
    }
    let value = if options.from_str {
        quote!(::underpin::config::Parsed<#value>)
    } else {
        quote!(#value)
    };
    let unwrap = options
        .from_str
        .then(|| match (options.list, optional.is_some()) {
            (true, _) => quote!(.map(|all| all.into_iter().map(|one| one.0).collect())),
            (false, true) => quote!(.map(|found| found.map(|one| one.0))),
            (false, false) => quote!(.map(|one| one.0)),
        });
    let variable = variable(field, &options, &value, optional.is_some());
    Ok((
        quote!(__reader.#method::<#value>(&#variable) #unwrap),
        quote!(__all.push(#variable);),
    ))
}

fn nested(ty: &Type, defaults: &[(String, LitStr)]) -> (TokenStream, TokenStream) {
    let read = quote!(<#ty as ::underpin::config::Config>::read);
    let variables = quote!(<#ty as ::underpin::config::Config>::variables());
    if defaults.is_empty() {
        return (quote!(#read(__reader)), quote!(__all.extend(#variables);));
    }
    let pairs = defaults
        .iter()
        .map(|(name, default)| quote!((#name, #default)));
    let pairs = quote!(&[#(#pairs),*]);
    (
        quote!(__reader.with_defaults(#pairs, #read)),
        quote!(__all.extend(::underpin::config::Variable::replace_defaults(#variables, #pairs));),
    )
}

fn variable(field: &Field, options: &Options, value: &TokenStream, optional: bool) -> TokenStream {
    let (env, doc) = (&options.env, first_paragraph(field));
    let list = options.list.then(|| quote!(.list()));
    let absent = optional.then(|| quote!(.optional()));
    let default = options
        .default
        .as_ref()
        .map(|default| quote!(.with_default(#default)));
    let min = options.min.map(|min| quote!(.at_least(#min)));
    let max = options.max.map(|max| quote!(.at_most(#max)));
    quote!(::underpin::config::Variable::new::<#value>(#env, #doc) #list #absent #default #min #max)
}

/// The `T` of `Outer<T>`, if the type is written so.
fn argument_of<'a>(ty: &'a Type, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn first_paragraph(field: &Field) -> String {
    let mut lines = Vec::new();
    for attribute in field
        .attrs
        .iter()
        .filter(|found| found.path().is_ident("doc"))
    {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(literal) = &pair.value
            && let Lit::Str(text) = &literal.lit
        {
            lines.push(text.value().trim().to_owned());
        }
    }
    let paragraph: Vec<String> = lines
        .into_iter()
        .take_while(|line| !line.is_empty())
        .collect();
    paragraph.join(" ")
}

#[cfg(test)]
mod tests {
    fn complaint(input: &str) -> String {
        super::derive(&syn::parse_str(input).unwrap())
            .unwrap_err()
            .to_string()
    }

    fn complaint_of_field(options: &str, ty: &str) -> String {
        complaint(&format!("struct A {{ #[config({options})] b: {ty} }}"))
    }

    #[test]
    fn mistakes_are_named() {
        assert!(complaint("enum A { B }").contains("derive `Choice`"));
        assert!(complaint("struct A(u8);").contains("named fields"));
        assert!(complaint("struct A { b: u8 }").contains("name the variable"));
        assert!(complaint("#[config(chek = a)] struct A {}").contains("`check = path` only"));
        assert!(complaint_of_field("env = \"b\"", "u8").contains("capitals"));
        assert!(complaint_of_field("env = \"B\", nested", "u8").contains("name their own"));
        assert!(complaint_of_field("env = \"B\", list", "u8").contains("a `list` is a `Vec`"));
        assert!(complaint_of_field("env = \"B\", min = \"1\"", "u8").contains("a number"));
        assert!(complaint_of_field("env = \"B\", size = 1", "u8").contains("expected env,"));
        let absent_with_default = complaint_of_field("env = \"B\", default = \"1\"", "Option<u8>");
        assert!(absent_with_default.contains("drop `Option`"));
    }
}
