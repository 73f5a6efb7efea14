//! The mistakes, one file for each kind of finding, and the harmless changes.

mod architecture;
mod breaking;
mod conform;
mod database;
mod harmless;
mod lint;
mod stale;

use super::mutation::Mutation;

/// Every mutation.
pub(super) fn all() -> Vec<Mutation> {
    [
        stale::all(),
        lint::all(),
        breaking::all(),
        conform::all(),
        database::all(),
        architecture::all(),
        harmless::all(),
    ]
    .concat()
}

/// The contract.
const CONTRACT: &str = "booking-api.yaml";

/// The document that people read first.
const README: &str = "README.md";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_mutation_has_a_name_of_its_own() {
        let all = super::all();
        let names: BTreeSet<_> = all.iter().map(|mutation| mutation.name).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn every_kind_of_finding_has_a_mistake_and_so_has_the_quick_part() {
        let all = super::all();
        for code in [4, 5, 6, 7, 8, 9] {
            let mistakes = all
                .iter()
                .filter(|mutation| mutation.expected.exit_code == code);
            assert!(mistakes.clone().count() >= 3, "{code}");
            assert!(mistakes.clone().any(|mutation| mutation.quick), "{code}");
        }
        assert!(
            all.iter()
                .any(|mutation| mutation.quick && mutation.expected.is_silence())
        );
    }
}
