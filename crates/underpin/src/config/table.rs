//! The table of all variables, for a README and for `--help`.

use super::Variable;

/// A Markdown table with a row for each variable.
pub fn table(variables: &[Variable]) -> String {
    let mut text = String::from("| Variable | Value | Default | Meaning |\n|---|---|---|---|\n");
    for variable in variables {
        let default = match variable.default() {
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{}`", cell(default)),
            None if variable.required() => "**required**".to_owned(),
            None => "unset".to_owned(),
        };
        let (name, expected) = (variable.name(), cell(&variable.expected()));
        let row = format!(
            "| `{name}` | {expected} | {default} | {} |\n",
            cell(variable.description())
        );
        text.push_str(&row);
    }
    text
}

/// A bar or a line break would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\r', '\n'], " ")
}
