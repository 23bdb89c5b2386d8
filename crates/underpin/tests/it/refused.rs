//! What the compiler must refuse, naming the culprit.

#[test]
fn mistakes_are_compile_errors_that_name_the_culprit() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
