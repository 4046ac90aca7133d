//! The processes of a Ballista cluster, and sessions that send their queries to it.
//!
//! A plan refers to functions by their names. The scheduler, which plans, has the functions in its sessions; the
//! executors, which run them, have them in their registry.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ballista::extension::SessionContextExt;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use clap::Args;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::session_state::SessionState;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::{Result, functions};

/// Creates a session whose queries the cluster of the scheduler at `url` runs.
pub async fn session(url: &str) -> Result<SessionContext> {
    Ok(SessionContext::remote(url).await?)
}

/// The process that plans the queries.
#[derive(Args)]
pub struct Scheduler {
    /// Address that executors and clients reach
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    #[arg(long, default_value_t = 50050)]
    port: u16,
}

impl Scheduler {
    pub async fn run(self) -> Result<()> {
        let config = SchedulerConfig {
            bind_host: self.host.to_string(),
            external_host: self.host.to_string(),
            bind_port: self.port,
            override_session_builder: Some(Arc::new(session_with_functions)),
            ..SchedulerConfig::default()
        };
        let cluster = BallistaCluster::new_from_config(&config).await?;
        Ok(start_server(cluster, (self.host, self.port).into(), Arc::new(config)).await?)
    }
}

fn session_with_functions(config: SessionConfig) -> datafusion::common::Result<SessionState> {
    let mut state = default_session_builder(config)?;
    for function in functions::all() {
        state.register_udf(function.into())?;
    }
    Ok(state)
}

/// A process that computes parts of the queries.
#[derive(Args)]
pub struct Executor {
    #[arg(long, default_value = "127.0.0.1")]
    scheduler_host: String,
    #[arg(long, default_value_t = 50050)]
    scheduler_port: u16,
    /// Address that other executors and clients reach
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port for results
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// Port for tasks
    #[arg(long, default_value_t = 50052)]
    grpc_port: u16,
    /// Number of tasks at the same time
    #[arg(long, default_value_t = 1)]
    tasks: usize,
}

impl Executor {
    pub async fn run(self) -> Result<()> {
        let mut registry = BallistaFunctionRegistry::default();
        let functions = functions::all().map(|function| (function.name().to_owned(), function.into()));
        registry.scalar_functions.extend(functions);
        let config = ExecutorProcessConfig {
            scheduler_host: self.scheduler_host,
            scheduler_port: self.scheduler_port,
            // Any value but 0 waits for the scheduler; Ballista 55 never counts the seconds.
            scheduler_connect_timeout_seconds: 1,
            bind_host: self.host.to_string(),
            external_host: Some(self.host.to_string()),
            port: self.port,
            grpc_port: self.grpc_port,
            vcores: self.tasks,
            override_function_registry: Some(Arc::new(registry)),
            ..ExecutorProcessConfig::default()
        };
        Ok(start_executor_process(Arc::new(config)).await?)
    }
}
