//! Tells a number's story: who does what, what changes by it, and why not.
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
use telnum::idempotency::IdempotencyKey;
use telnum::lifecycle::{self, State};
use telnum::policy::{Ageing, Policy, SubscriberClass};
use telnum::porting;
use telnum::record::{Context, Creation, Decision, EffectOutcome, NumberRecord, Refusal};
use telnum::{PhoneNumber, Timestamp};

/// Tells a number's story, or draws what may become of numbers and port requests.
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
            if let Err(error) = tell() {
                eprintln!("lifecycle: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn tell() -> Result<(), Box<dyn Error>> {
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

    println!("One number, seen at a carrier.");
    let found = NumberRecord::discovered("+14158867900".parse()?, "telnyx".parse()?, start);
    show(&found);
    refused(&found, State::PortIn, shop, &ctx)?;

    let reserved = step("reserves it", &found, found.reserve(Some(shop), &ctx), &ctx)?;
    refused(&reserved, State::InService, rival, &ctx.by(rival))?;

    let ctx = ctx.at(days(1));
    let used = step("activates it", &reserved, reserved.activate(Some(shop), &ctx), &ctx)?;
    refused(&used, State::Available, shop, &ctx)?;

    let ctx = ctx.at(days(30));
    let leaving = used.change_state(State::PortOut, None, &ctx);
    let leaving = step("lets it be ported out", &used, leaving, &ctx)?;
    refused(&leaving, State::Reserved, shop, &ctx)?;
    let ctx = ctx.at(days(31));
    let used = step("calls that off", &leaving, leaving.activate(Some(shop), &ctx), &ctx)?;
    refused(&used, State::Deleted, shop, &ctx)?;

    let ctx = ctx.at(days(40));
    let resting = step("releases it", &used, used.release(&ctx), &ctx)?;
    println!("    for others from {}", told(resting.earliest_reassign_at(&policy)));
    refused(&resting, State::InService, rival, &ctx.by(rival).at(days(50)))?;

    let ctx = ctx.by(Actor::System).at(days(100));
    println!("    due: {:?}", resting.due(&policy, ctx.now));
    let free = step("sweeps", &resting, resting.sweep(&ctx), &ctx)?;
    refused(&free, State::PortIn, rival, &ctx.by(rival))?;

    println!("\nAnother, ported in from another carrier.");
    let number: PhoneNumber = "+14158867901".parse()?;
    let ctx = ctx.by(shop).at(start);
    let creation =
        |state, ported_in| Creation { assign_to: Some(shop), state, ported_in, ..Creation::default() };
    let coming = NumberRecord::create(number, creation(Some(State::PortIn), false), &ctx)?;
    show(&coming.record);
    events(&coming);
    refused(&coming.record, State::Reserved, shop, &ctx)?;
    let ctx = ctx.at(days(4));
    let here = coming.record.create_again(creation(None, true), &ctx);
    let here = step("has it ported in", &coming.record, here, &ctx)?;
    refused(&here, State::PortIn, rival, &ctx.by(rival))?;
    Ok(())
}

/// A command that is obeyed, and what is done outside for it: the record as it is then.
fn step(
    what: &str,
    before: &NumberRecord,
    answer: Result<Decision, Refusal>,
    ctx: &Context<'_>,
) -> Result<NumberRecord, Refusal> {
    let decision = answer?;
    println!("\n{}  {} {what}.", ctx.now, ctx.actor);
    let effects = decision.effects.clone();
    let done = if effects.is_empty() {
        decision
    } else {
        // It is locked first, so that nobody else has it done as well.
        let claimed = decision.claim(Some(before), IdempotencyKey::from_bits(0, before.version()), ctx);
        events(&claimed);
        for effect in &effects {
            let effect = json!(effect);
            println!("    outside: {}", effect.get("kind").unwrap_or(&effect));
        }
        claimed.record.finish(vec![EffectOutcome::Done; effects.len()], ctx.now)?
    };
    show(&done.record);
    events(&done);
    Ok(done.record)
}

/// An attempt that is refused, and why.
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
    let owner = record.owner().map_or("nobody's".to_owned(), |owner| format!("{owner}'s"));
    let history: Vec<_> = record.history().iter().map(AccountId::as_str).collect();
    let history =
        if history.is_empty() { String::new() } else { format!(", reserved by {}", history.join(" < ")) };
    let (number, state, revision) = (record.number(), record.state(), record.version());
    println!("    {number} is {state}, {owner}{history}, revision {revision}");
}

fn events(decision: &Decision) {
    for event in &decision.events {
        println!("    event: {}", json!(event));
    }
}

fn told(time: Option<Timestamp>) -> String {
    time.map_or("now".to_owned(), |time| time.to_string())
}
