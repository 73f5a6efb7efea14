//! What was acknowledged is there after every fault, once; and what failed meanwhile failed as 503.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::installation::Installation;
use crate::judgement::assert_consistent;
use crate::length::Length;
use crate::no_space::SmallSpace;
use crate::proxy::Line;
use crate::workload::Workload;

/// How many requests are granted before a fault, and after it.
const GRANTED: usize = 60;

/// How many fail of it.
const FAILED: usize = 10;

#[derive(Debug, Clone, Copy)]
enum Fault {
    KilledServer,
    KilledPostgres,
    SlowConnection,
    CutConnection,
    NoSpace,
}

const FAULTS: [Fault; 5] = [
    Fault::KilledServer,
    Fault::KilledPostgres,
    Fault::SlowConnection,
    Fault::CutConnection,
    Fault::NoSpace,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_outlives_every_fault_and_counts_once() {
    let mut installation = Installation::start().await;
    let began = Instant::now();
    loop {
        for fault in FAULTS {
            installation = survive(installation, fault).await;
        }
        if began.elapsed() >= Length::from_environment().faults() {
            break;
        }
    }
}

async fn survive(mut installation: Installation, fault: Fault) -> Installation {
    let workload = Workload::start(&installation).await;
    let requests = &workload.requests;
    requests.until(|it| &it.acknowledged, GRANTED).await;
    match fault {
        Fault::KilledServer => {
            requests.allow_lost_answers();
            installation.servers[0].kill().await;
            requests.until(|it| &it.lost, FAILED).await;
            installation.servers[0].start_again().await;
        }
        Fault::KilledPostgres => {
            installation = installation.kill_postgres().await;
            // Whoever was being served then has noticed.
            assert!(requests.unavailable.load(Ordering::SeqCst) > 0);
        }
        Fault::SlowConnection => {
            // Slow enough to be felt, and then slower than any operation may be.
            installation
                .proxy
                .set(Line::Slow(Duration::from_millis(50)));
            requests.until(|it| &it.acknowledged, FAILED).await;
            installation.proxy.set(Line::Slow(Duration::from_secs(60)));
            requests.until(|it| &it.unavailable, FAILED).await;
            installation.proxy.set(Line::Open);
        }
        Fault::CutConnection => {
            installation.proxy.set(Line::Cut);
            requests.until(|it| &it.unavailable, FAILED).await;
            installation.proxy.set(Line::Open);
        }
        Fault::NoSpace => {
            let space = SmallSpace::new(&installation).await;
            eprintln!("no space: {}", space.kind());
            space.fill(&installation).await;
            requests.until(|it| &it.unavailable, FAILED).await;
            space.release(&installation).await;
        }
    }
    requests.until(|it| &it.acknowledged, GRANTED).await;
    workload.stop(&installation).await;
    assert_consistent(&installation).await;
    installation
}
