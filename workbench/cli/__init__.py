"""The command line: ``workbench --help``. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.exit_codes import ExitCode


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (:class:`workbench.exit_codes.ExitCode`).

    As shells have it, 130 when interrupted.

    A user's mistake ends as a message on stderr and code 2, never as a traceback.
    """
    from workbench.cli.app import app, usage_message

    _print_chinese_anywhere()
    try:
        code = app(args=None if argv is None else list(argv), prog_name="workbench", standalone_mode=False)
    except WorkbenchError as error:
        return _fail(f"错误：{error}")
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return 130
    except OSError as error:
        return _fail(_file_message(error))
    except Exception as error:
        # XlsxWriter hides a file it cannot write behind an error of its own.
        hidden = type(error).__module__.startswith("xlsxwriter") and isinstance(error.__context__, OSError)
        message = _file_message(error.__context__) if hidden else usage_message(error)
        if message is None:
            raise
        return _fail(message)
    return int(code or 0)


def _file_message(error: OSError) -> str:
    place = f"{error.filename}：" if error.filename else ""
    next_step = "请检查路径、权限和磁盘空间，关闭占用它的程序"
    return f"错误：{place}无法读写\n  现为：{error.strerror or error}\n  处理办法：{next_step}"


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return int(ExitCode.USAGE)


def _print_chinese_anywhere() -> None:
    """A console or pipe that cannot show a character shows a substitute instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
