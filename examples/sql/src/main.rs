//! SQL over Parquet files with the functions of telnum, on one machine or on several.
//!
//! ```text
//! telnum-sql sample FOLDER              # writes Parquet files of numbers as people type them
//! telnum-sql query FILES SQL            # on this machine
//! telnum-sql scheduler                  # on the machine that plans
//! telnum-sql executor                   # on each machine that computes
//! telnum-sql query --scheduler df://127.0.0.1:50050 FILES SQL
//! ```

mod cluster;
mod functions;
mod sample;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::{ParquetReadOptions, SessionContext};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// SQL over Parquet files with the functions of telnum.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes Parquet files of numbers as people type them
    Sample {
        folder: PathBuf,
        /// Number of rows of each file
        #[arg(long, default_value_t = 250_000)]
        rows: u64,
        /// Number of files
        #[arg(long, default_value_t = 4)]
        files: u64,
    },
    /// Runs a query over Parquet files, the table `people`
    Query {
        /// URL of a scheduler; without one, this process runs the query
        #[arg(long)]
        scheduler: Option<String>,
        /// A Parquet file or a folder of them; a cluster reads the same path on each of its machines
        files: String,
        sql: String,
    },
    /// Plans the queries of a cluster
    Scheduler(cluster::Scheduler),
    /// Computes parts of the queries of a cluster
    Executor(cluster::Executor),
}

fn main() -> ExitCode {
    match run(Options::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("telnum-sql: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    // Plans are recursive.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(32 << 20).build()?;
    runtime.block_on(runtime.spawn(async {
        match command {
            Command::Sample { folder, rows, files } => sample::write(&folder, files, rows),
            Command::Query { scheduler: Some(url), files, sql } => {
                query(cluster::session(&url).await?, &files, &sql).await
            }
            Command::Query { scheduler: None, files, sql } => {
                query(SessionContext::new(), &files, &sql).await
            }
            Command::Scheduler(scheduler) => scheduler.run().await,
            Command::Executor(executor) => executor.run().await,
        }
    }))?
}

/// Prints the answer to a query over `files`, a file or a folder.
async fn query(session: SessionContext, files: &str, sql: &str) -> Result<()> {
    functions::all().for_each(|function| session.register_udf(function));
    session.register_parquet("people", files, ParquetReadOptions::default()).await?;
    let batches = session.sql(sql).await?.collect().await?;
    println!("{}", pretty_format_batches(&batches)?);
    Ok(())
}
