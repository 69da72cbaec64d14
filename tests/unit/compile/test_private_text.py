"""Private text: addresses, numbers to call and secrets are told from dates, amounts and ordinary words."""

import pytest

from brandbrain_dagster.domain.compile.private_text import PrivateKind, private_kind


@pytest.mark.parametrize(
    "text", ["a@b.nl", "Write to jan.de-vries+info@bakkerij.example!", "info＠x hi@münchen.example"]
)
def test_an_e_mail_address_is_private(text: str) -> None:
    assert private_kind(text) is PrivateKind.E_MAIL


@pytest.mark.parametrize(
    "text",
    [
        "+31 20 123 45 67",
        "(020) 123 4567",
        "06-12345678",
        "020/1234567",
        "612 345 678",
        "22 33 44 55",
        "+1 (212) 555-0187",
        "٠٢٠ ١٢٣ ٤٥٦٧",
        "since 2024-05-01 on 020 1234567",
    ],
)
def test_a_telephone_number_is_private(text: str) -> None:
    assert private_kind(text) is PrivateKind.PHONE


@pytest.mark.parametrize(
    "text",
    [
        "apify_api_" + "a1B2" * 9,
        "AKIA" + "ABCD" * 4,
        "AIza" + "x" * 35,
        "token ghp_" + "a" * 36,
        "glpat-" + "a" * 20,
        "sk-ant-api03-" + "a" * 30,
        "sk_live_" + "a" * 24,
        "xoxb-123456789012-abc",
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln",
        "-----BEGIN RSA PRIVATE KEY-----",
        "Authorization: Bearer " + "abc123" * 5,
        "API key = s3cr3t-s3cr3t",
        "Wachtwoord: geheim123",
        "postgres://brain:hunter2@db.example/brain",
    ],
)
def test_a_secret_is_private(text: str) -> None:
    assert private_kind(text) is PrivateKind.CREDENTIAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "From 2024-05-01 to 2024-06-30",
        "01.05.2024 – 30.06.2024",
        "2019-2020, 2023 – 2024",
        "10 000 000 loaves",
        "12.500.000 views",
        "1,234,567 views",
        "Call us, e-mail us, @acme.roasters",
        "Never share your password: it is yours",
        "skin-care for every day, sk-ii included",
        "median engagement score 490, 9 of 10 items",
        "https://acme.example/about:us",
    ],
)
def test_ordinary_text_is_not_private(text: str) -> None:
    assert private_kind(text) is None
