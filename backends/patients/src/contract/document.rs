//! The document has the contract's paths, fields and rules.

use serde_json::json;

use crate::app::app;

#[test]
fn has_the_contracts_paths_and_rules() {
    let document = app().document().unwrap();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        ["/", "/health", "/patients", "/patients/{patient_id}"]
    );
    let new = &document["components"]["schemas"]["NewPatient"];
    let names = [
        "patientID",
        "name",
        "age",
        "gender",
        "medicalCondition",
        "lastVisit",
    ];
    assert_eq!(new["required"], json!(names));
    assert_eq!(new["properties"]["patientID"]["maxLength"], 50);
    assert_eq!(new["properties"]["age"]["exclusiveMinimum"], 0);
    assert_eq!(
        new["properties"]["gender"]["enum"],
        json!(["Male", "Female", "Other"])
    );
    assert_eq!(new["properties"]["lastVisit"]["format"], "date");
    let page = &document["components"]["schemas"]["PatientPage"]["properties"];
    let names: Vec<&String> = page.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["items", "total", "page", "page_size", "total_pages"]
    );
}
