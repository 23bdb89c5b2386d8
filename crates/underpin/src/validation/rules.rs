//! Whether a value keeps its rules: one boolean for the good path, the first broken rule for the slow one.

use std::cmp::Ordering;

use super::Rules;

/// The rule that a value broke, with its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Broken {
    MultipleOf(f64),
    Le(f64),
    Lt(f64),
    Ge(f64),
    Gt(f64),
}

/// Whether `text` has a permitted number of code points, and only characters that may be kept.
#[inline]
pub fn length(text: &str, rules: &Rules) -> bool {
    if rules.no_nul && text.contains('\0') {
        return false;
    }
    if rules.min_length.is_none() && rules.max_length.is_none() {
        return true;
    }
    items(text.chars().count(), rules)
}

/// Whether a list or map may have `count` items.
#[inline]
pub fn items(count: usize, rules: &Rules) -> bool {
    rules.min_length.is_none_or(|least| count >= least)
        && rules.max_length.is_none_or(|most| count <= most)
}

/// Whether a fractional number keeps its rules.
#[inline]
pub fn number(value: f64, rules: &Rules) -> bool {
    broken_by_number(value, rules).is_none()
}

/// Whether a whole number keeps its rules.
#[inline]
pub fn integer(value: i128, rules: &Rules) -> bool {
    broken_by_integer(value, rules).is_none()
}

/// The first rule that a fractional number breaks, in Pydantic's order.
#[inline]
pub(super) fn broken_by_number(value: f64, rules: &Rules) -> Option<Broken> {
    first_broken(
        rules,
        |step| is_multiple(value, step),
        |bound| value.partial_cmp(&bound),
    )
}

/// The first rule that a whole number breaks, in Pydantic's order.
#[inline]
pub(super) fn broken_by_integer(value: i128, rules: &Rules) -> Option<Broken> {
    first_broken(
        rules,
        |step| match whole(step) {
            Some(step) => value.checked_rem(step).is_none_or(|rest| rest == 0),
            None => is_multiple(approximate(value), step),
        },
        |bound| match whole(bound) {
            Some(bound) => Some(value.cmp(&bound)),
            None => approximate(value).partial_cmp(&bound),
        },
    )
}

#[inline]
fn first_broken(
    rules: &Rules,
    is_multiple: impl Fn(f64) -> bool,
    against: impl Fn(f64) -> Option<Ordering>,
) -> Option<Broken> {
    let breaks = |bound: Option<f64>, holds: fn(Ordering) -> bool| {
        bound.filter(|bound| !against(*bound).is_some_and(holds))
    };
    let step = rules.multiple_of.filter(|step| !is_multiple(*step));
    step.map(Broken::MultipleOf)
        .or_else(|| breaks(rules.le, Ordering::is_le).map(Broken::Le))
        .or_else(|| breaks(rules.lt, Ordering::is_lt).map(Broken::Lt))
        .or_else(|| breaks(rules.ge, Ordering::is_ge).map(Broken::Ge))
        .or_else(|| breaks(rules.gt, Ordering::is_gt).map(Broken::Gt))
}

/// Binary fractions are seldom exact multiples, so a billionth of the value is forgiven, as Pydantic does.
#[inline]
fn is_multiple(value: f64, step: f64) -> bool {
    let remainder = (value % step).abs();
    let forgiven = value.abs() / 1e9;
    remainder <= forgiven || (remainder - step).abs() <= forgiven
}

/// A bound without a fraction, as the integer that it stands for.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "only whole numbers far inside i128 pass"
)]
pub(super) fn whole(bound: f64) -> Option<i128> {
    (bound.fract() == 0.0 && bound.abs() < 1e38).then_some(bound as i128)
}

#[inline]
#[expect(
    clippy::cast_precision_loss,
    reason = "compared with a bound that has a fraction"
)]
fn approximate(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_code_points() {
        let rules = Rules {
            min_length: Some(4),
            max_length: Some(4),
            ..Rules::NONE
        };
        assert!(!length("🦀🦀🦀", &rules));
        assert!(length("🦀🦀🦀🦀", &rules));
        assert!(!length("🦀🦀🦀🦀🦀", &rules));
    }

    #[test]
    fn the_step_is_named_before_the_bounds() {
        let rules = Rules {
            gt: Some(0.0),
            lt: Some(10.0),
            multiple_of: Some(3.0),
            ..Rules::NONE
        };
        assert_eq!(broken_by_integer(-1, &rules), Some(Broken::MultipleOf(3.0)));
        assert_eq!(broken_by_integer(0, &rules), Some(Broken::Gt(0.0)));
        assert_eq!(broken_by_integer(12, &rules), Some(Broken::Lt(10.0)));
        assert_eq!(broken_by_integer(9, &rules), None);
    }

    #[test]
    fn large_integers_are_compared_exactly() {
        let rules = Rules {
            le: Some(9_007_199_254_740_992.0),
            ..Rules::NONE
        };
        assert!(integer(9_007_199_254_740_992, &rules));
        assert!(!integer(9_007_199_254_740_993, &rules));
    }

    #[test]
    fn not_a_number_breaks_every_bound() {
        assert!(!number(
            f64::NAN,
            &Rules {
                ge: Some(0.0),
                ..Rules::NONE
            }
        ));
        assert!(number(
            0.3,
            &Rules {
                multiple_of: Some(0.1),
                ..Rules::NONE
            }
        ));
        assert!(!number(
            0.35,
            &Rules {
                multiple_of: Some(0.1),
                ..Rules::NONE
            }
        ));
    }
}
