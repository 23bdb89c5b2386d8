//! Finding the statements in Rust source: calls of `sql`, and the constants that they name.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprCall, ExprLit, Item, ItemConst, ItemMod, ItemStatic, Lit, LitStr, Macro,
    Token,
    parse::Parser,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

/// A statement's text for each engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) sqlite: String,
    pub(super) postgres: String,
}

/// One call of `sql`.
#[derive(Debug)]
pub(super) struct Found {
    /// File and line.
    pub(super) place: String,
    /// The texts, or why they cannot be told.
    pub(super) texts: Result<Texts, String>,
}

/// Every call of `sql` below `directory`.
pub(super) fn collect(directory: &Path) -> Result<Vec<Found>, String> {
    let mut files = Vec::new();
    list(directory, &mut files)?;
    files.sort();
    let mut sources = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|error| fault(&path, &error))?;
        let file = syn::parse_file(&text).map_err(|error| fault(&path, &error))?;
        sources.push((path, text, file));
    }
    let tests: Vec<PathBuf> = sources
        .iter()
        .flat_map(|(path, _, file)| test_modules(path, file))
        .collect();
    sources.retain(|(path, ..)| !tests.iter().any(|test| path.starts_with(test)));
    let mut constants = Constants::default();
    for (path, _, file) in &sources {
        constants.path.clone_from(path);
        constants.visit_file(file);
    }
    let mut found = Vec::new();
    for (path, text, file) in &sources {
        let mut calls = Calls {
            path,
            lines: text.lines().collect(),
            constants: &constants,
            found: Vec::new(),
        };
        calls.visit_file(file);
        found.append(&mut calls.found);
    }
    Ok(found)
}

fn fault(path: &Path, error: &dyn std::error::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Rust files that are not tests: those may hold wrong statements on purpose.
fn list(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(directory).map_err(|error| fault(directory, &error))? {
        let path = entry.map_err(|error| fault(directory, &error))?.path();
        let name = path.file_stem().unwrap_or_default();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        attribute.path().is_ident("cfg") && list.is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

/// Where the modules lie that the file at `path` declares for tests alone: a folder, or a file.
fn test_modules(path: &Path, file: &syn::File) -> Vec<PathBuf> {
    let directory = path.parent().unwrap_or(path);
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() && is_test(&module.attrs) => {
            let name = module.ident.to_string();
            Some([directory.join(&name), directory.join(format!("{name}.rs"))])
        }
        _ => None,
    });
    modules.flatten().collect()
}

/// Constants that hold a text or `dialects(…)`, by name.
#[derive(Default)]
struct Constants {
    path: PathBuf,
    known: HashMap<String, Vec<(PathBuf, Expr)>>,
}

impl Constants {
    fn add(&mut self, name: &syn::Ident, value: &Expr) {
        let entry = self.known.entry(name.to_string()).or_default();
        entry.push((self.path.clone(), value.clone()));
    }

    /// The constant of that name in the same file, else the only one there is.
    fn find(&self, name: &str, path: &Path) -> Result<&Expr, String> {
        let all = self.known.get(name).map(Vec::as_slice).unwrap_or_default();
        let here: Vec<_> = all.iter().filter(|(file, _)| file == path).collect();
        match (here.as_slice(), all) {
            ([(_, value)], _) | ([], [(_, value)]) => Ok(value),
            ([], []) => Err(format!("`{name}` is no constant with a literal text")),
            _ => Err(format!(
                "there are several constants `{name}`: give them different names"
            )),
        }
    }
}

impl<'f> Visit<'f> for Constants {
    fn visit_item_mod(&mut self, item: &'f ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_const(&mut self, item: &'f ItemConst) {
        self.add(&item.ident, &item.expr);
    }

    fn visit_item_static(&mut self, item: &'f ItemStatic) {
        self.add(&item.ident, &item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'f syn::ImplItemConst) {
        self.add(&item.ident, &item.expr);
    }
}

struct Calls<'s> {
    path: &'s Path,
    lines: Vec<&'s str>,
    constants: &'s Constants,
    found: Vec<Found>,
}

impl Calls<'_> {
    fn add(&mut self, line: usize, argument: Option<&Expr>) {
        let above = line.checked_sub(2).and_then(|above| self.lines.get(above));
        if above.is_some_and(|above| above.trim_start().starts_with("// built: ")) {
            return;
        }
        let texts = match argument {
            Some(argument) => self.texts(argument, 0),
            None => Err("the statement cannot be read".to_owned()),
        };
        let place = format!("{}:{line}", self.path.display());
        self.found.push(Found { place, texts });
    }

    fn texts(&self, argument: &Expr, depth: usize) -> Result<Texts, String> {
        if let Expr::Call(call) = argument
            && last_segment(&call.func).is_some_and(|name| name == "dialects")
        {
            let mut texts = call.args.iter().map(|text| self.text(text, depth));
            return match (texts.next(), texts.next()) {
                (Some(sqlite), Some(postgres)) => Ok(Texts {
                    sqlite: sqlite?,
                    postgres: postgres?,
                }),
                _ => Err("`dialects` takes two texts".to_owned()),
            };
        }
        if let Some(name) = constant_name(argument) {
            if depth > 8 {
                return Err(format!("`{name}` leads nowhere"));
            }
            return self.texts(self.constants.find(&name, self.path)?, depth + 1);
        }
        let text = self.text(argument, depth)?;
        Ok(Texts {
            sqlite: text.clone(),
            postgres: text,
        })
    }

    fn text(&self, argument: &Expr, depth: usize) -> Result<String, String> {
        match argument {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Ok(text.value()),
            Expr::Macro(call) if call.mac.path.is_ident("concat") => {
                let parts = Punctuated::<LitStr, Token![,]>::parse_terminated;
                let parts = parts.parse2(call.mac.tokens.clone());
                let parts = parts.map_err(|_| "`concat!` of more than literals".to_owned())?;
                Ok(parts.iter().map(LitStr::value).collect())
            }
            other => match constant_name(other) {
                Some(name) if depth <= 8 => {
                    self.text(self.constants.find(&name, self.path)?, depth + 1)
                }
                _ => {
                    Err("the statement is not a literal: write `// built: why` above it".to_owned())
                }
            },
        }
    }

    /// Calls within a macro's tokens, which are not parsed as Rust.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else {
                continue;
            };
            let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
            let is_call = matches!(before(1), Some(TokenTree::Ident(name)) if name == "sql")
                && !matches!(before(2), Some(TokenTree::Punct(dot)) if dot.as_char() == '.')
                && group.delimiter() == Delimiter::Parenthesis;
            if is_call {
                let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
                let arguments = arguments.parse2(group.stream()).ok();
                let line = group.span_open().start().line;
                self.add(line, arguments.as_ref().and_then(|all| all.first()));
            }
            self.scan(group.stream());
        }
    }
}

impl<'f> Visit<'f> for Calls<'_> {
    fn visit_item_mod(&mut self, item: &'f ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_call(&mut self, call: &'f ExprCall) {
        if last_segment(&call.func).is_some_and(|name| name == "sql") {
            self.add(call.func.span().start().line, call.args.first());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, call: &'f Macro) {
        self.scan(call.tokens.clone());
    }
}

fn last_segment(function: &Expr) -> Option<String> {
    match function {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// The name, if it is written as constants are.
fn constant_name(expression: &Expr) -> Option<String> {
    let name = last_segment(expression)?;
    let is_constant = name
        .chars()
        .all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit());
    is_constant.then_some(name)
}
