//! Follows a number through its life: commands, events, external effects, and explanations of refusals.
//!
//! ```text
//! cargo run --release --example lifecycle
//! cargo run --release --example lifecycle -- --dot | dot -Tsvg > states.svg
//! ```

use std::error::Error;
use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Parser;
use serde_json::json;
use telnum::account::{Account, AccountId, AccountTree, Actor};
use telnum::lifecycle::{self, State};
use telnum::policy::{Ageing, Policy, SubscriberClass};
use telnum::porting;
use telnum::record::{Context, Creation, Decision, NumberRecord, Refusal};
use telnum::{PhoneNumber, Timestamp};

/// Follows a number through its life, or draws the states of numbers and port requests
#[derive(Parser)]
struct Options {
    /// Draw the states as Mermaid diagrams
    #[arg(long, conflicts_with = "dot")]
    mermaid: bool,
    /// Draw the states as DOT graphs
    #[arg(long)]
    dot: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match (options.mermaid, options.dot) {
        (true, _) => println!("{}\n{}", lifecycle::TRANSITIONS.mermaid(), porting::TRANSITIONS.mermaid()),
        (_, true) => println!("{}\n{}", lifecycle::TRANSITIONS.dot(), porting::TRANSITIONS.dot()),
        (false, false) => {
            if let Err(error) = follow() {
                eprintln!("lifecycle: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn follow() -> Result<(), Box<dyn Error>> {
    let [master, shop, rival]: [AccountId; 3] = ["master".parse()?, "shop".parse()?, "rival".parse()?];
    let accounts = AccountTree::new([
        Account::new(master).with_admin(true),
        Account::new(shop).with_parent(master).with_may_add_numbers(true),
        Account::new(rival).with_parent(master).with_may_add_numbers(true),
    ])?;
    let policy = Policy::default().with_ageing(Ageing::new(SubscriberClass::Residential, 60)?);
    let start: Timestamp = "2026-03-01T12:00:00Z".parse()?;
    let days = |days| start.after(TimeDelta::days(days));
    let ctx = Context::new(shop, &accounts, &policy, start);

    println!("A number, found at a carrier.");
    let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, start);
    show(&found);
    refused(&found, State::PortIn, shop, &ctx)?;

    let reserved = step("reserves it", found.reserve(Some(shop), &ctx), &ctx)?;
    refused(&reserved, State::InService, rival, &ctx.by(rival))?;

    let ctx = ctx.at(days(1));
    let used = step("activates it", reserved.activate(Some(shop), &ctx), &ctx)?;
    refused(&used, State::Available, shop, &ctx)?;

    let ctx = ctx.at(days(30));
    let leaving = used.change_state(State::PortOut, None, &ctx);
    let leaving = step("lets it be ported out", leaving, &ctx)?;
    refused(&leaving, State::Reserved, shop, &ctx)?;
    let ctx = ctx.at(days(31));
    let used = step("calls that off", leaving.activate(Some(shop), &ctx), &ctx)?;
    refused(&used, State::Deleted, shop, &ctx)?;

    let ctx = ctx.at(days(40));
    let ageing = step("releases it", used.release(&ctx), &ctx)?;
    println!("    free for others from {}", text(ageing.earliest_reassign_at(&policy)));
    refused(&ageing, State::InService, rival, &ctx.by(rival).at(days(50)))?;

    let ctx = ctx.by(Actor::System).at(days(100));
    println!("    due: {:?}", ageing.due(&policy, ctx.now));
    let free = step("sweeps", ageing.sweep(&ctx), &ctx)?;
    refused(&free, State::PortIn, rival, &ctx.by(rival))?;

    println!("\nA number that is ported in from another carrier.");
    let number: PhoneNumber = "+14158867901".parse()?;
    let ctx = ctx.by(shop).at(start);
    let creation = Creation::default().with_owner(shop);
    let coming = NumberRecord::create(number, creation.clone().with_state(State::PortIn), &ctx)?;
    show(&coming.record);
    events(&coming);
    refused(&coming.record, State::Reserved, shop, &ctx)?;
    let ctx = ctx.at(days(4));
    let here = coming.record.create_again(creation.with_ported_in(true), &ctx);
    let here = step("has it ported in", here, &ctx)?;
    refused(&here, State::PortIn, rival, &ctx.by(rival))?;
    Ok(())
}

/// Prints a command that succeeds, and returns the record after it and its external effects.
fn step(
    command: &str,
    outcome: Result<Decision, Refusal>,
    ctx: &Context<'_>,
) -> Result<NumberRecord, Refusal> {
    let decision = outcome?;
    println!("\n{}  {} {command}.", ctx.now, ctx.actor);
    for effect in &decision.effects {
        let effect = json!(effect);
        println!("    external effect: {}", effect.get("kind").unwrap_or(&effect));
    }
    show(&decision.record);
    events(&decision);
    Ok(decision.record)
}

/// Prints the reason why a transition is refused.
fn refused(
    record: &NumberRecord,
    to: State,
    for_account: AccountId,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    let explanation = record.explain(to, Some(for_account), ctx)?;
    println!("    refused to {}: {explanation}", ctx.actor);
    Ok(())
}

fn show(record: &NumberRecord) {
    let owner = record.owner().map_or("no owner".to_owned(), |owner| format!("owned by {owner}"));
    let history: Vec<_> = record.history().iter().map(AccountId::as_str).collect();
    let history =
        if history.is_empty() { String::new() } else { format!(", reserved by {}", history.join(" < ")) };
    let (number, state, version) = (record.number(), record.state(), record.version());
    println!("    {number} is {state}, {owner}{history}, version {version}");
}

fn events(decision: &Decision) {
    for event in &decision.events {
        println!("    event: {}", json!(event));
    }
}

fn text(time: Option<Timestamp>) -> String {
    time.map_or("now".to_owned(), |time| time.to_string())
}
