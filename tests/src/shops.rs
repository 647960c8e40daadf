//! Projects of any size that look like those of a company with many shops: each shop has eight models over tables of its
//! own, four inputs and fourteen insights, with the charts and the dashboard that show them. Names differ from shop to
//! shop. Shapes do not: a shop belongs to one of a few chains, which call their columns alike and ask the same of them.

mod company;
mod insights;
mod models;

use fastrand::Rng;
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// Objects of a shop beside its charts and its dashboard: models, inputs and insights.
pub const OBJECTS: usize = 26;

/// Insights of a shop.
pub const INSIGHTS: usize = 14;

/// Shops whose objects stand in the same files.
const IN_A_FILE: usize = 5;

/// Companies have so many chains at most.
const CHAINS: usize = 6;

/// First parts of shops' names.
const PLACES: [&str; 12] =
    ["alder", "birch", "cedar", "dune", "elm", "fjord", "grove", "harbour", "island", "juniper", "kiln", "lagoon"];

/// A project of shops.
#[derive(Debug, Clone, Copy)]
pub struct Shops {
    /// How many.
    pub count: usize,
    /// The same seed makes the same project.
    pub seed: u64,
    /// Whether they differ in their names only. Else they belong to chains, numbers in their conditions differ, and 50
    /// insights of the first ten read one model of the company.
    pub alike: bool,
}

/// One shop.
struct Shop {
    /// What all its names begin with.
    tag: String,
    /// Its chain, which decides on shapes.
    chain: Chain,
    /// Whether some of its insights read the company's model.
    of_company: bool,
    /// For numbers.
    rng: Rng,
}

/// What shops of a chain have in common.
#[derive(Clone)]
struct Chain {
    /// What it calls a column that other chains call something else.
    words: Vec<(&'static str, &'static str)>,
    rng: Rng,
}

impl Chain {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let words = models::WORDS.iter().map(|(place, words)| (*place, words[rng.usize(..words.len())])).collect();
        Self { words, rng }
    }
}

impl Shop {
    /// A text with this shop's names, its chain's words and numbers of its own.
    fn fill(&mut self, text: &str) -> String {
        let mut text = text.replace("SHOP", &self.tag);
        for (place, word) in &self.chain.words {
            text = text.replace(place, word);
        }
        while text.contains("NUMBER") {
            text = text.replacen("NUMBER", &self.rng.u32(1..900).to_string(), 1);
        }
        text
    }
}

impl Shops {
    /// Shops with about so many models, inputs and insights.
    pub fn of(objects: usize) -> Self {
        Self { count: (objects / OBJECTS).max(1), seed: 20, alike: false }
    }

    /// Shops that differ in their names only.
    pub fn alike(count: usize) -> Self {
        Self { count, seed: 20, alike: true }
    }

    /// What all names of a shop begin with.
    pub fn tag(at: usize) -> String {
        format!("{}_{at:04}", PLACES[at % PLACES.len()])
    }

    /// The file of a shop's `models`, `insights` or `dashboards`.
    pub fn file(at: usize, kind: &str) -> String {
        format!("shops_{:03}/{kind}.yml", at / IN_A_FILE)
    }

    fn shops(&self) -> impl Iterator<Item = Shop> {
        let Self { count, seed, alike } = *self;
        (0..count).map(move |at| {
            // Large chains and small ones.
            let chain = Rng::with_seed(seed + at as u64).usize(..CHAINS * CHAINS).isqrt();
            Shop {
                tag: Self::tag(at),
                chain: Chain::new(seed + if alike { 0 } else { chain as u64 }),
                of_company: !alike && at < company::SHOPS,
                rng: Rng::with_seed(if alike { seed } else { seed + 1_000 + at as u64 }),
            }
        })
    }

    /// The project's files: their paths and texts.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut main = String::from(
            "name: shops\ncli_version: 2.2.1\ndefaults:\n  source_name: warehouse\nsources:\n  - name: warehouse\n    type: duckdb\n    \
             database: warehouse.duckdb\nincludes:\n",
        );
        let mut files = Vec::new();
        let mut shops: Vec<Shop> = self.shops().collect();
        let has_company = shops.iter().any(|shop| shop.of_company);
        for (group, shops) in shops.chunks_mut(IN_A_FILE).enumerate() {
            let parts = [
                ("models", shops.iter_mut().map(models::models).collect::<String>()),
                ("relations", shops.iter_mut().map(models::relations).collect()),
                ("inputs", shops.iter_mut().map(models::inputs).collect()),
                ("insights", shops.iter_mut().map(insights::insights).collect()),
                ("charts", shops.iter_mut().map(insights::charts).collect()),
                ("dashboards", shops.iter_mut().map(insights::dashboard).collect()),
            ];
            for (kind, keys) in [("models", 0..3), ("insights", 3..4), ("dashboards", 4..6)] {
                let path = Self::file(group * IN_A_FILE, kind);
                let _ = writeln!(main, "  - path: {path}");
                let text = parts[keys].iter().map(|(key, objects)| format!("{key}:\n{objects}")).collect();
                files.push((path, text));
            }
        }
        if has_company {
            main += "  - path: company.yml\n";
            files.push(("company.yml".to_owned(), company::MODEL.to_owned()));
        }
        files.push(("project.visivo.yml".to_owned(), main));
        files
    }

    /// SQL that makes the tables of its database, `warehouse.duckdb`.
    pub fn tables(&self) -> String {
        let mut sql = String::from(company::TABLE);
        for mut shop in self.shops() {
            sql += &shop.fill(models::TABLES);
        }
        sql
    }

    /// Writes the files, and the SQL of the tables beside them (`warehouse.sql`).
    ///
    /// # Errors
    /// If they can't be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, text) in self.files() {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("it is in the folder"))?;
            fs::write(path, text)?;
        }
        fs::write(folder.join("warehouse.sql"), self.tables())
    }
}
