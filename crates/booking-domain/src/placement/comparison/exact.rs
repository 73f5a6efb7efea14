//! The best that a restaurant could do that seats whoever fits: everybody may move for everybody,
//! which an integer program decides.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

use super::asking::{Asking, Seat, Span};
use crate::{DiningTable, Floor, PartySize};

/// Who is seated. Everybody keeps the time, and any table that is for them will do.
#[derive(Debug)]
pub(super) struct Exact {
    kinds: Vec<Kind>,
    seated: Vec<Asking>,
    /// Who was refused: the same is refused from then on, for nobody leaves.
    refused: Vec<Asking>,
}

/// Tables that nothing tells apart. That no more parties are at them at once than they are is all that
/// has to be asked: intervals of which never more than so many overlap can be shared out among so many
/// tables.
#[derive(Debug)]
struct Kind {
    tables: Seat,
    count: u32,
}

/// Parties that nothing tells apart, and how many of them sit where.
struct Group<'a> {
    party: &'a Asking,
    count: i32,
    choices: Vec<(Variable, Seat)>,
}

impl Exact {
    pub(super) fn new(floor: &Floor) -> Self {
        let mut alike: BTreeMap<(PartySize, PartySize), Vec<&DiningTable>> = BTreeMap::new();
        let mut kinds = Vec::new();
        for table in &floor.tables {
            let mut combinations = floor.combinations.iter();
            if combinations.any(|it| it.tables.contains(&table.id)) {
                kinds.push(vec![table]);
            } else {
                let kind = alike.entry((table.min_party, table.max_party));
                kind.or_default().push(table);
            }
        }
        kinds.extend(alike.into_values());
        let kind = |tables: Vec<&DiningTable>| {
            let ids: Vec<_> = tables.iter().map(|table| table.id).collect();
            Kind {
                tables: Seat::new(floor, &ids),
                count: u32::try_from(tables.len()).expect("they are few"),
            }
        };
        Self {
            kinds: kinds.into_iter().map(kind).collect(),
            seated: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Seats this party with all that are seated, if that can be done.
    pub(super) fn seats(&mut self, asking: &Asking) -> bool {
        let mut refused = self.refused.iter();
        if refused.any(|refused| asking.asks_as_much_as(refused)) {
            return false;
        }
        self.seated.push(asking.clone());
        let is_possible = self.is_possible();
        if !is_possible {
            self.refused.extend(self.seated.pop());
        }
        is_possible
    }

    fn is_possible(&self) -> bool {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let groups = self.groups(&mut problem);
        for group in &groups {
            let everybody = group.choices.iter().map(|(variable, _)| (*variable, 1.0));
            let everybody: Vec<_> = everybody.collect();
            problem.add_constraint(everybody, ComparisonOp::Eq, f64::from(group.count));
        }
        // A room is fullest when somebody has just come.
        let instants = self.seated.iter().map(|party| party.span.0);
        for instant in instants.collect::<BTreeSet<_>>() {
            let is_there = |(from, to): Span| from <= instant && instant < to;
            let there = groups.iter().filter(|group| is_there(group.party.span));
            let there: Vec<_> = there.flat_map(|group| &group.choices).collect();
            for kind in &self.kinds {
                let at_it = there.iter().filter(|(_, seat)| seat.shares(kind.tables));
                let at_it: Vec<_> = at_it.map(|(variable, _)| (*variable, 1.0)).collect();
                problem.add_constraint(at_it, ComparisonOp::Le, f64::from(kind.count));
            }
        }
        match problem.solve() {
            Ok(_) => true,
            Err(Error::Infeasible) => false,
            Err(error) => panic!("the solver has failed: {error}"),
        }
    }

    fn groups(&self, problem: &mut Problem) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for party in &self.seated {
            let mut known = groups.iter_mut();
            let is_alike = |group: &&mut Group<'_>| {
                group.party.span == party.span && group.party.seats == party.seats
            };
            match known.find(is_alike) {
                Some(group) => group.count += 1,
                None => groups.push(Group {
                    party,
                    count: 1,
                    choices: Vec::new(),
                }),
            }
        }
        for group in &mut groups {
            for seat in &group.party.seats {
                let mut kinds = self.kinds.iter();
                let kind = kinds.find(|kind| seat.is_single() && kind.tables.shares(*seat));
                let seat = kind.map_or(*seat, |kind| kind.tables);
                if group.choices.iter().all(|(_, other)| *other != seat) {
                    let variable = problem.add_integer_var(0.0, (0, group.count));
                    group.choices.push((variable, seat));
                }
            }
        }
        groups
    }
}
