use super::*;

fn uri() -> Url {
    Url::parse("file:///p/a.yml").unwrap()
}

fn opened() -> State {
    let state = State::default();
    state.open(uri(), 1, "a");
    state
}

#[test]
fn a_turn_takes_everything_at_once() {
    let state = opened();
    for version in 2..5 {
        state.change(&uri(), version, &[], Encoding::Utf8);
    }
    let turn = state.next().unwrap();
    assert!(turn.work.everything && turn.work.ask);
    assert_eq!((turn.revision, turn.work.edited.len()), (4, 1));
    assert_eq!(turn.documents.get(Path::new("/p/a.yml")).unwrap().version, 4);
    assert!(!state.is_newer_than(turn.revision));
}

#[test]
fn sources_are_asked_after_the_pause() {
    let state = opened();
    state.next().unwrap();
    state.change(&uri(), 2, &[], Encoding::Utf8);
    assert!(!state.next().unwrap().work.ask, "at once, for the fast findings");
    let before = Instant::now();
    assert!(state.next().unwrap().work.ask);
    assert!(before.elapsed() > PAUSE / 2);
}

#[tokio::test]
async fn waiting_ends_with_the_check_and_with_the_session() {
    let state = opened();
    let mut check = Box::pin(state.until_analysed(1));
    assert!(tokio::time::timeout(Duration::from_millis(5), &mut check).await.is_err());
    state.analysed(1);
    check.await;
    state.quit();
    assert!(state.next().is_none());
}
