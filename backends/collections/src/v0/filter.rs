//! Parameters that choose records: which test each of them is. What is found is the store's business.

use crate::app::{
    http::parameters::Parameter,
    query::{Condition, Pattern, Test},
    value::Path,
};

/// What a parameter's name ends in, if it is more than a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    AtLeast,
    AtMost,
    Not,
    Like,
    /// Not in the original.
    Above,
    /// Not in the original.
    Below,
}

impl Operator {
    /// The path and the operator of a parameter called `name`.
    pub fn of(name: &str) -> (&str, Self) {
        let endings = [
            ("_gte", Self::AtLeast),
            ("_lte", Self::AtMost),
            ("_ne", Self::Not),
            ("_like", Self::Like),
        ];
        Self::ending(name, &endings).unwrap_or((name, Self::Equal))
    }

    /// The same for `_gt` and `_lt`.
    pub fn added(name: &str) -> Option<(&str, Self)> {
        Self::ending(name, &[("_gt", Self::Above), ("_lt", Self::Below)])
    }

    fn ending<'n>(name: &'n str, endings: &[(&str, Self)]) -> Option<(&'n str, Self)> {
        let mut endings = endings.iter();
        endings.find_map(|(ending, operator)| Some((name.strip_suffix(ending)?, *operator)))
    }
}

/// An expression that `_like` cannot read.
#[derive(Debug, PartialEq, Eq)]
pub struct BadExpression {
    pub source: String,
    pub problem: String,
}

/// Any of the values will do; but all of them must differ.
pub fn condition(
    path: &str,
    operator: Operator,
    value: &Parameter,
) -> Result<Condition, BadExpression> {
    let tests = value.each().iter().map(|value| test(operator, value));
    let tests: Vec<Option<Test>> = tests.collect::<Result<_, _>>()?;
    let path = Path::lodash(path);
    let parts = tests
        .into_iter()
        .map(|test| test.map_or(Condition::None, |test| Condition::leaf(path.clone(), test)));
    let condition = match operator {
        Operator::Not => Condition::And(parts.collect()),
        _ => Condition::Or(parts.collect()),
    };
    Ok(condition.simplified())
}

/// Whether a record has something at `path` that is not `null`.
pub fn is_there(path: &str) -> Condition {
    anything().map_or(Condition::All, |test| {
        Condition::leaf(Path::lodash(path), test)
    })
}

/// Nothing for a test that no value passes.
fn test(operator: Operator, value: &Parameter) -> Result<Option<Test>, BadExpression> {
    let text = value.to_text();
    let is_text = matches!(value, Parameter::Text(_));
    Ok(Some(match operator {
        Operator::Equal if is_text => Test::TextIs(text),
        Operator::Equal => return Ok(None),
        Operator::Not if is_text => Test::TextIsNot(text),
        // A text differs from every object.
        Operator::Not => anything()?,
        Operator::AtLeast => Test::TextAtLeast(text),
        Operator::AtMost => Test::TextAtMost(text),
        Operator::Above => Test::TextAbove(text),
        Operator::Below => Test::TextBelow(text),
        Operator::Like => like(&text)?,
    }))
}

fn anything() -> Result<Test, BadExpression> {
    like("")
}

fn like(source: &str) -> Result<Test, BadExpression> {
    let pattern = Pattern::new(source).map_err(|bad| BadExpression {
        source: source.to_owned(),
        problem: bad.0,
    })?;
    Ok(Test::Like(pattern))
}
