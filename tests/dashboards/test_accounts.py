"""The users file, the waits after failures, sessions, tickets: without a server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

from workbench.dashboards import accounts, sessions, viewer
from workbench.dashboards.serve import _path
from workbench.dashboards.sessions import Sessions, Throttle
from workbench.dashboards.viewer import Role, Viewer, admit, issue
from workbench.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "mima-jia-2026"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users.yaml"
    accounts.add(path, "督查员甲", "督查员", "002", PASSWORD)
    return path


def test_a_user_is_kept_without_the_password(users: Path) -> None:
    text = users.read_text(encoding="utf-8")
    assert PASSWORD not in text and "$argon2id$" in text
    assert users.stat().st_mode & 0o777 == 0o600
    found = accounts.read(users)
    assert found["督查员甲"].viewer == Viewer("督查员甲", Role.INSPECTOR, "002")
    assert accounts.verify(found, "督查员甲", PASSWORD) == found["督查员甲"]
    for name, password in (("督查员甲", PASSWORD + "x"), ("督查员甲", ""), ("督查员乙", PASSWORD)):
        assert accounts.verify(found, name, password) is None


def test_changes(users: Path) -> None:
    accounts.change(users, "督查员甲", password="gengxin-2027")
    found = accounts.read(users)
    assert accounts.verify(found, "督查员甲", PASSWORD) is None
    assert accounts.verify(found, "督查员甲", "gengxin-2027").scope == "002"
    assert accounts.change(users, "督查员甲", scope=accounts.ALL).scope is None
    assert accounts.change(users, "督查员甲", scope="003").scope == "003"
    assert accounts.change(users, "督查员甲", role="管理员").scope is None
    with pytest.raises(UsageError, match="没有写明查看范围"):  # would go on seeing everything
        accounts.change(users, "督查员甲", role="领导")
    accounts.remove(users, "督查员甲")
    assert accounts.read(users) == {}


@pytest.mark.parametrize(("name", "role", "scope", "password", "why"), [
    ("督查员甲", "督查员", "002", PASSWORD, "已有"),
    ("  ", "督查员", "002", PASSWORD, "姓名不对"),
    ("程序", "督查员", "002", PASSWORD, "程序自己"),
    ("督查员乙", "局长", "002", PASSWORD, "没有这个角色"),
    ("督查员乙", "督查员", "", PASSWORD, "查看范围"),
    ("督查员乙", "督查员", "002", "a1b2c3d4e", "长度"),
    ("督查员乙", "督查员", "002", "aaaaabbbbb", "简单"),
    ("zhangsan", "督查员", "002", "zhangsan-2026", "简单"),
])
def test_what_will_not_do_is_refused(users: Path, name: str, role: str, scope: str, password: str, why: str) -> None:
    before = users.read_bytes()
    name = accounts.MACHINE if name == "程序" else name
    with pytest.raises(UsageError) as e:
        accounts.add(users, name, role, scope, password)
    assert why in str(e.value) and password not in str(e.value)
    assert users.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_open_to_others_is_refused(users: Path, mode: int) -> None:
    users.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        accounts.read(users)


@pytest.mark.parametrize("text", [
    "users: [", "users:\n- {name: 甲, role: 督查员, password: x}",
    "users:\n- {name: 甲, role: 局长, scope: null, password: x}",
    "users:\n- {name: 甲, role: 督查员, scope: 2, password: x}", "",
])
def test_a_damaged_file_opens_nothing(users: Path, text: str) -> None:
    users.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="已损坏"):
        accounts.read(users)


def test_a_session_ends(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    opened = Sessions(users)
    user = opened.users()["督查员甲"]
    idle, busy = opened.begin(user), opened.begin(user)
    assert idle.ident != busy.ident and opened.find(idle.ident) is idle and opened.find("") is None
    while now[0] < 1000 + sessions.LONGEST_SECONDS - sessions.IDLE_SECONDS:
        now[0] += sessions.IDLE_SECONDS - 1
        busy.asked = now[0]
    assert opened.sweep() == [idle]
    now[0] = 1000 + sessions.LONGEST_SECONDS - 1
    busy.asked = now[0]
    assert opened.find(busy.ident) is busy
    now[0] += 1
    assert opened.find(busy.ident) is None and opened.sweep() == [busy] and opened.sweep() == []


def test_a_changed_user_is_out(users: Path) -> None:
    opened = Sessions(users)
    session = opened.begin(opened.users()["督查员甲"])
    accounts.add(users, "督查员乙", "督查员", "003", PASSWORD)
    assert opened.find(session.ident) is session
    accounts.change(users, "督查员甲", scope="003")
    assert opened.find(session.ident) is None
    session = opened.begin(opened.users()["督查员甲"])
    users.chmod(0o644)
    assert opened.find(session.ident) is None and opened.users() == {}
    users.chmod(0o600)
    assert set(opened.users()) == {"督查员甲", "督查员乙"}


def test_waits_grow_by_name_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    throttle, waits = Throttle(), []
    for _ in range(12):
        waits.append(throttle.wait("甲", "10.0.0.1"))
        now[0] += waits[-1]
        assert throttle.wait("甲", "10.0.0.1") == 0
        throttle.failed("甲", "10.0.0.1")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert throttle.wait("甲", "10.0.0.2") == 60 and throttle.wait("乙", "10.0.0.2") == 0
    assert throttle.wait("乙", "10.0.0.1") == 4
    for _ in range(30):
        throttle.failed("丙", "2001:db8::1")
    assert throttle.wait("丁", "2001:db8::ffff") == sessions.ADDRESS_WAIT and throttle.wait("丁", "2001:db8:0:1::1") == 0
    throttle.failed("甲", "10.0.0.9")
    throttle.succeeded("甲", "10.0.0.9")
    assert throttle.wait("甲", "10.0.0.9") == 0 and throttle.wait("乙", "10.0.0.1") == 4
    now[0] += sessions.FORGET_SECONDS
    assert throttle.wait("丁", "2001:db8::1") == 0


def test_a_ticket_is_for_one_kernel_and_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, who = [100.0], Viewer("督查员甲", Role.INSPECTOR, "002")
    monkeypatch.setattr(viewer.time, "time", lambda: now[0])
    ticket = issue(who, "kernel-1", 200.0, "key")
    assert admit(ticket, "kernel-1", "key") == who
    body, _, seal = ticket.partition(".")
    wider = issue(Viewer("督查员甲", Role.ADMINISTRATOR, None), "kernel-1", 200.0, "guessed").partition(".")[0]
    forged = [("", "kernel-1"), ("x", "kernel-1"), (f"{body}.", "kernel-1"), (f"{wider}.{seal}", "kernel-1"),
              (f"{body}.\u00e9", "kernel-1"), (f"\u00e9.{seal}", "kernel-1"), (ticket, "kernel-2")]
    for text, kernel in forged:
        with pytest.raises(UsageError, match="登录"):
            admit(text, kernel, "key")
    with pytest.raises(UsageError, match="登录"):
        admit(ticket, "kernel-1", "other key")
    now[0] = 200.0
    with pytest.raises(UsageError, match="登录"):
        admit(ticket, "kernel-1", "key")
    assert json.loads(viewer.base64.urlsafe_b64decode(body))[:3] == ["督查员甲", "督查员", "002"]


@pytest.mark.parametrize(("given", "path"), [("/", "/"), ("", "/"), ("ducha", "/ducha/"), ("/a/b-1/", "/a/b-1/")])
def test_paths(given: str, path: str) -> None:
    assert _path(given) == path


@pytest.mark.parametrize("given", ["/a b/", "/../", "/a//b/", "/督查/", "/a?b/", "/(.*)/"])
def test_a_path_that_is_none(given: str) -> None:
    with pytest.raises(UsageError, match="路径"):
        _path(given)


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
def test_passwords_are_typed_twice_without_echo(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"

    def run(*arguments: str, type_: tuple[str, ...] = ()) -> tuple[int, str]:
        child = pexpect.spawn(
            sys.executable, ["-m", "workbench", "users", *arguments, "--users", str(path)], encoding="utf-8",
            cwd=str(ROOT), timeout=60,
        )
        shown = ""
        for text in type_:
            child.expect("：")
            child.waitnoecho()
            shown += child.before
            child.sendline(text)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus, shown + child.before

    code, shown = run("add", "领导乙", "--role", "领导", "--scope", "003", type_=(PASSWORD, PASSWORD))
    assert code == 0 and PASSWORD not in shown and "已添加" in shown
    assert accounts.verify(accounts.read(path), "领导乙", PASSWORD)
    code, shown = run("passwd", "领导乙", type_=("lingdao-2027", "lingdao-2028"))
    assert code == 2 and "不一致" in shown
    assert accounts.verify(accounts.read(path), "领导乙", PASSWORD)
