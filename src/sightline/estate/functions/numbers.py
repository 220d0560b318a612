"""Functions on numbers, dates and address ranges."""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from sightline.estate.functions.calling import EvaluationError, Function, number, strict, string
from sightline.estate.values import Value

DURATION = re.compile(
    r"(-)?P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?", re.ASCII
)


def _int(value: Value) -> int:
    if isinstance(value, float):
        return int(value)
    if isinstance(value, str) and len(value) < 40:
        return int(value)
    return number(value)


def _divide(left: Value, right: Value, *, rest: bool) -> int:
    if number(right) == 0:
        raise EvaluationError("division by zero")
    size = abs(number(left)) // abs(right)
    quotient = size if (left < 0) == (right < 0) else -size
    return int(left - quotient * right) if rest else quotient


def _product(left: Value, right: Value) -> int:
    result = number(left) * number(right)
    if abs(result) >= 1 << 63:
        raise EvaluationError("the number is too large")
    return result


def _later(base: Value, duration: Value) -> str:
    found = DURATION.fullmatch(string(duration))
    if not found:
        raise EvaluationError("it is no duration of days, hours, minutes and seconds")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    moment = datetime.fromisoformat(string(base))
    return _written(moment - step if found[1] else moment + step)


def _written(moment: datetime) -> str:
    whole = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")


def _subnet(network: Value, size: Value, index: Value) -> str:
    whole = ip_network(string(network), strict=False)
    if not whole.prefixlen <= number(size) <= whole.max_prefixlen:
        raise EvaluationError("the range has no such part")
    if not 0 <= number(index) < 1 << (size - whole.prefixlen):
        raise EvaluationError("the range has no such part")
    start = int(whole.network_address) + (index << (whole.max_prefixlen - size))
    return f"{type(whole.network_address)(start)}/{size}"


def _host(network: Value, index: Value) -> str:
    whole = ip_network(string(network), strict=False)
    if not 0 <= number(index) < whole.num_addresses - 1:
        raise EvaluationError("the range has no such address")
    return str(whole.network_address + index + 1)


FUNCTIONS: dict[str, Function] = {
    "add": strict(lambda left, right: number(left) + number(right)),
    "sub": strict(lambda left, right: number(left) - number(right)),
    "mul": strict(_product),
    "div": strict(lambda left, right: _divide(left, right, rest=False)),
    "mod": strict(lambda left, right: _divide(left, right, rest=True)),
    "int": strict(_int),
    "float": strict(lambda value: float(value)),
    "datetimeadd": strict(_later),
    "datetimefromepoch": strict(
        lambda value: _written(datetime.fromtimestamp(number(value), tz=UTC))
    ),
    "datetimetoepoch": strict(lambda value: int(datetime.fromisoformat(string(value)).timestamp())),
    "cidrsubnet": strict(_subnet),
    "cidrhost": strict(_host),
}
