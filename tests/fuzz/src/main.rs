//! Runs fuzz targets without a special compiler: all seeds, then mutations of them until the time is over.

// Inputs that break something are written.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use parking_lot::Mutex;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::sync::Arc;
use std::time::{Duration, Instant};
use viz_fuzz::{TARGETS, Target, mutate, seeds};

/// No input may take longer.
const SLOWEST: Duration = Duration::from_secs(10);

/// No target may need more memory.
const LARGEST: u64 = 500 << 20;

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs targets, each in a process of its own
    Run {
        /// Seconds for all of them
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Executions of each at most
        #[arg(long, default_value_t = u64::MAX)]
        executions: u64,
        /// Where random numbers begin: the same seed gives the same inputs
        #[arg(long, default_value_t = 20)]
        seed: u64,
        /// All targets if none is named
        targets: Vec<String>,
    },
    /// Runs one target in this process
    #[command(hide = true)]
    Child {
        target: String,
        #[arg(long)]
        seconds: u64,
        #[arg(long)]
        executions: u64,
        #[arg(long)]
        seed: u64,
        /// Where each input is written before it runs
        #[arg(long)]
        trace: Option<PathBuf>,
    },
    /// Runs one target on files
    Files { target: String, files: Vec<PathBuf> },
    /// Writes the seeds of all targets into folders below this one, for libFuzzer
    Seeds { folder: PathBuf },
}

fn main() -> Result<()> {
    match Args::parse().command {
        What::Run { seconds, executions, seed, targets } => run(seconds, executions, seed, &targets),
        What::Child { target, seconds, executions, seed, trace } => {
            let plan = Plan { until: Instant::now() + Duration::from_secs(seconds), executions, seed, trace };
            plan.run(named(&target)?)
        }
        What::Files { target, files } => {
            let target = named(&target)?;
            for file in files {
                (target.run)(&fs::read(file)?);
            }
            Ok(())
        }
        What::Seeds { folder } => {
            for target in TARGETS {
                let folder = folder.join(target.name);
                fs::create_dir_all(&folder)?;
                for (number, seed) in [seeds::found(target.name), (target.seeds)()].concat().iter().enumerate() {
                    fs::write(folder.join(format!("seed-{number}")), seed)?;
                }
            }
            Ok(())
        }
    }
}

fn named(name: &str) -> Result<&'static Target> {
    let names = || TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    TARGETS.iter().find(|target| target.name == name).with_context(|| format!("no target `{name}`: {}", names()))
}

/// Runs targets one after the other and sums up as `cargo test` does.
fn run(seconds: u64, executions: u64, seed: u64, names: &[String]) -> Result<()> {
    let chosen: Vec<&Target> = match names {
        [] => TARGETS.iter().collect(),
        names => names.iter().map(|name| named(name)).collect::<Result<_>>()?,
    };
    let share = (seconds / chosen.len() as u64).max(1);
    let mut failed = 0;
    for target in &chosen {
        let child = |more: &[&str]| {
            let numbers = [share, executions, seed].map(|number| number.to_string());
            let mut command = Command::new(std::env::current_exe()?);
            command.args([
                "child",
                target.name,
                "--seconds",
                &numbers[0],
                "--executions",
                &numbers[1],
                "--seed",
                &numbers[2],
            ]);
            anyhow::Ok(command.args(more).env("RUST_BACKTRACE", "0").status()?)
        };
        let status = child(&[])?;
        if !status.success() {
            failed += 1;
        }
        // It died without a word: the same inputs once more, each written down before it runs.
        if status.code().is_none() {
            let trace = saved(target.name, "killed")?;
            println!("{}: {status}; running it again for the input, which will be in {}", target.name, trace.display());
            child(&["--trace", &trace.to_string_lossy()])?;
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {} passed; {failed} failed", chosen.len() - failed);
    if failed > 0 {
        bail!("inputs that break something are in {}", saved("", "")?.display());
    }
    Ok(())
}

/// Where an input is kept that broke a target.
fn saved(target: &str, name: &str) -> Result<PathBuf> {
    let folder = seeds::repository().join("fuzz/artifacts").join(target);
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// How a target is run in this process.
struct Plan {
    until: Instant,
    executions: u64,
    seed: u64,
    trace: Option<PathBuf>,
}

impl Plan {
    fn run(&self, target: &'static Target) -> Result<()> {
        let began = Instant::now();
        let running = Arc::new(Mutex::new((began, Vec::new())));
        watch(target.name, Arc::clone(&running))?;
        let all = (target.seeds)();
        let mut count = 0;
        for input in seeds::found(target.name).into_iter().chain(all.iter().cloned()) {
            self.execute(target, input, &running)?;
            count += 1;
        }
        while count < self.executions && Instant::now() < self.until {
            let mut random = fastrand::Rng::with_seed(self.seed.wrapping_mul(1 << 40).wrapping_add(count));
            self.execute(target, mutate(&mut random, &all, target.words), &running)?;
            count += 1;
        }
        let memory = peak_memory();
        let seconds = began.elapsed().as_secs_f64();
        println!("{}: {count} executions in {seconds:.1} s, at most {} MB", target.name, memory >> 20);
        if memory > LARGEST {
            bail!("{} needs too much memory", target.name);
        }
        Ok(())
    }

    fn execute(&self, target: &Target, input: Vec<u8>, running: &Mutex<(Instant, Vec<u8>)>) -> Result<()> {
        if let Some(trace) = &self.trace {
            fs::write(trace, &input)?;
        }
        *running.lock() = (Instant::now(), input.clone());
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_ok() {
            return Ok(());
        }
        let path = saved(target.name, "panicked")?;
        let least = smallest(target, input);
        fs::write(&path, &least)?;
        bail!("{} panics on {} ({})", target.name, path.display(), String::from_utf8_lossy(&least).escape_debug());
    }
}

/// Ends the process where one input takes too long.
fn watch(target: &'static str, running: Arc<Mutex<(Instant, Vec<u8>)>>) -> Result<()> {
    let watch = move || loop {
        std::thread::sleep(Duration::from_secs(1));
        let (since, input) = &*running.lock();
        if since.elapsed() > SLOWEST {
            let path =
                saved(target, "slow").and_then(|path| fs::write(&path, input).map(|()| path).map_err(Into::into));
            eprintln!("{target} takes more than {} s for {path:?}", SLOWEST.as_secs());
            exit(1);
        }
    };
    std::thread::Builder::new().name("watch".into()).spawn(watch)?;
    Ok(())
}

/// The input without what it panics without, too.
fn smallest(target: &Target, mut input: Vec<u8>) -> Vec<u8> {
    std::panic::set_hook(Box::new(|_| {}));
    let until = Instant::now() + SLOWEST / 2;
    let mut size = input.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < input.len() && Instant::now() < until {
            let mut shorter = input.clone();
            shorter.drain(at..(at + size).min(input.len()));
            match catch_unwind(AssertUnwindSafe(|| (target.run)(&shorter))) {
                Err(_) => input = shorter,
                Ok(()) => at += size,
            }
        }
        size /= 2;
    }
    drop(std::panic::take_hook());
    input
}

/// The most memory that this process ever had, in bytes; 0 where the system doesn't tell.
fn peak_memory() -> u64 {
    let status = fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")).and_then(|number| number.parse::<u64>().ok());
    kilobytes.unwrap_or(0) << 10
}
