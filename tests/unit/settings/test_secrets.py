"""Values of ${NAME}: where they come from, and that nobody sees them."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings

from .good_config import AES_KEY, ENVIRONMENT, Configuration


def app_secret(settings: Settings) -> str:
    channel = settings.bot.channels["app"]
    assert channel.kind == "wecom_app"
    return channel.secret.get_secret_value()


def test_names_are_looked_up_in_order(config: Configuration) -> None:
    """Environment, .env here, .env beside bot.yaml, env_file; the first that has it wins."""
    config.edit("bot.yaml", "brand:", "env_file: more.env\nbrand:")
    config.write("more.env", "APP_SECRET=from-env-file\n")
    names = {key: value for key, value in ENVIRONMENT.items() if key != "APP_SECRET"}
    assert app_secret(config.settings(names)) == "from-env-file"

    config.write(".env", "APP_SECRET=from-config\n")
    assert app_secret(config.settings(names)) == "from-config"

    Path(".env").write_text("APP_SECRET='from here ${HOME}'\n", encoding="utf-8")
    assert app_secret(config.settings(names)) == "from here ${HOME}"

    assert app_secret(config.settings({**names, "APP_SECRET": "from-outside"})) == "from-outside"


def test_a_name_without_a_value_is_told_with_where_to_put_it(config: Configuration) -> None:
    config.edit("bot.yaml", "brand:", "env_file: more.env\nbrand:")
    config.write("more.env", "APP_SECRET\nAPP_TOKEN=\n")
    names = {key: "" if key.startswith("APP") else value for key, value in ENVIRONMENT.items()}

    directory = config.directory.name
    assert config.problems(names) == [
        f"{config.place('bot.yaml', f'${{{name}}}')}  channels.app.{key}  ${{{name}}} has no value"
        f"  set it in the environment or in .env or {directory}/.env or {directory}/more.env"
        for name, key in (
            ("APP_SECRET", "secret"),
            ("APP_TOKEN", "token"),
            ("APP_AES_KEY", "encoding_aes_key"),
        )
    ]


def test_an_env_file_that_is_not_there_is_a_problem(config: Configuration) -> None:
    config.edit("bot.yaml", "brand:", "env_file: more.env\nbrand:")

    assert config.problems() == [
        (
            f"bot.yaml:2:11  env_file  there is no such file"
            f"  make the file {config.directory.name}/more.env, or remove env_file"
        )
    ]


def test_an_env_file_with_an_impossible_name_is_a_problem(config: Configuration) -> None:
    config.edit("bot.yaml", "brand:", f"env_file: {'x' * 5000}\nbrand:")

    assert config.problems()[0].startswith("bot.yaml:2:11  env_file  there is no such file")


def test_an_env_file_that_is_not_text_is_a_problem(config: Configuration) -> None:
    (config.directory / ".env").write_bytes(b"APP_SECRET=\xff\xfe\n")

    assert config.problems() == [
        ".env:1:1  cannot be read  write NAME=value lines and save the file as UTF-8"
    ]


@pytest.mark.parametrize("value", ["hunter22", "x${APP_SECRET}", "12345678", "${app_secret}"])
def test_a_secret_in_a_file_is_a_problem_that_does_not_quote_it(
    config: Configuration, value: str
) -> None:
    config.edit("bot.yaml", "secret: ${APP_SECRET}", f"secret: {value}")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', value)}  channels.app.secret"
            "  a secret that is not written as ${NAME}"
            "  write ${APP_SECRET} and move the value to the line APP_SECRET=… of .env"
        )
    ]


def test_a_secret_of_the_wrong_form_is_told_at_its_name(config: Configuration) -> None:
    problems = config.problems({**ENVIRONMENT, "ROBOT_AES_KEY": "too-short-1234"})

    assert problems == [
        (
            f"{config.place('bot.yaml', '${ROBOT_AES_KEY}')}  channels.robot.encoding_aes_key"
            "  not accepted  copy the EncodingAESKey from the console: 43 letters and digits"
        )
    ]


def test_names_may_stand_anywhere_and_inside_of_words(config: Configuration) -> None:
    config.edit("bot.yaml", "corp_id: ww1", "corp_id: ww${NUMBER}")
    config.edit("bot.yaml", "agent_id: 1000002", "agent_id: ${NUMBER}")
    config.edit("members.yaml", "    keywords: [龙井]", "    confidence: ${SURE}")
    config.edit("content/story.md", "kind: story", "kind: story\npromotion: ${SALE}")

    loaded = config.settings({**ENVIRONMENT, "NUMBER": "42", "SURE": "0.5", "SALE": "true"})

    channel = loaded.bot.channels["app"]
    assert channel.kind == "wecom_app"
    assert (channel.corp_id, channel.agent_id) == ("ww42", 42)
    assert loaded.members.rules[0].confidence == 0.5
    assert loaded.content[1].front.promotion is True


def test_a_value_is_not_looked_through_for_further_names(config: Configuration) -> None:
    loaded = config.settings({**ENVIRONMENT, "APP_SECRET": "${APP_TOKEN}"})

    assert app_secret(loaded) == "${APP_TOKEN}"


def test_a_placeholder_in_small_letters_is_a_problem(config: Configuration) -> None:
    config.edit("bot.yaml", "corp_id: ww1", "corp_id: ${corp}")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', '${corp}')}  channels.app.corp_id"
            "  a ${ that begins no name"
            "  write ${NAME} in capital letters, digits and _, or take the $ away"
        )
    ]


def test_no_name_is_blamed_while_nobody_knows_which_file_holds_it(config: Configuration) -> None:
    """env_file stands in bot.yaml, which cannot be read."""
    config.edit("bot.yaml", "brand:", "brand: : :")
    config.edit("members.yaml", "owner: 运营", "owner: ${OWNER}")

    assert all(problem.startswith("bot.yaml:") for problem in config.problems())


def test_values_in_other_fields_do_not_show_in_findings(config: Configuration) -> None:
    config.edit("persona.yaml", "blocked: [最好, 第一]", 'blocked: ["${WORD}"]')
    config.edit("content/story.md", "只有鸟声", "只有forbidden-word声")

    problems = config.problems({**ENVIRONMENT, "WORD": "forbidden-word"})

    assert problems == [
        (
            f"{config.place('content/story.md', 'forbidden')}  contains ${{WORD}}:"
            " persona.yaml 的 screening.blocked 里列了它  换一种说法"
        )
    ]


SECRETS = st.text(string.ascii_letters + string.digits + "-_.!§", min_size=8, max_size=60).map(
    lambda text: f"q7{text}"
)


@settings(max_examples=25)
@given(secret=SECRETS, key=st.text(string.ascii_letters + string.digits, min_size=43, max_size=43))
def test_secrets_show_neither_in_settings_nor_in_problems(
    tmp_path_factory: pytest.TempPathFactory, secret: str, key: str
) -> None:
    config = Configuration(tmp_path_factory.mktemp("config"))
    environment = dict.fromkeys(ENVIRONMENT, secret) | {"APP_AES_KEY": key, "ROBOT_AES_KEY": key}

    loaded = load_settings(config.directory, environment)
    assert isinstance(loaded, Settings)
    shown = repr(loaded) + loaded.bot.model_dump_json()
    assert secret not in shown
    assert key not in shown

    config.edit("bot.yaml", "token: ${ROBOT_TOKEN}", "tokn: ${ROBOT_TOKEN}")
    config.edit("bot.yaml", "corp_id: ww1", "corp_id: ww1\n    corp: ${APP_SECRET}")
    config.edit("bot.yaml", "owners: [owner_one]", 'owners: ["${APP_SECRET}", "${APP_SECRET}"]')
    config.edit("bot.yaml", "channel: posts", 'channel: "${APP_TOKEN}"')
    config.edit("bot.yaml", "secret: ${APP_SECRET}", f"secret: {json.dumps(secret)}")
    config.edit("rewards.yaml", "points: 10", "points: ${APP_SECRET}")
    problems = load_settings(config.directory, {**environment, "APP_AES_KEY": secret})
    assert isinstance(problems, Problems)
    assert len(problems.problems) >= 6
    assert secret not in str(problems)
    assert secret not in repr(problems)
    assert AES_KEY not in str(problems)
