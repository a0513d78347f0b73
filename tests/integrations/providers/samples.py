"""Settings that a provider accepts, made from its declaration; secrets hold a canary."""

from integrations.contract import Action, Provider, Setting, SettingType

CANARY = "canary-5d1f0c7e9b"

_SAMPLES: dict[SettingType, object] = {
    SettingType.URL: "https://hooks.example.com/orders",
    SettingType.TEXT: "X-API-Key",
    SettingType.SECRET: CANARY,
    SettingType.SWITCH: True,
    SettingType.INTEGER: 10,
    SettingType.EMAIL: "ops@example.com",
    SettingType.DATE: "2026-03-04",
    SettingType.TIME: "06:30",
    SettingType.OAUTH: CANARY,
    SettingType.CALLBACK_URL: "https://hub.example.com/in/1",
}


def sample_values(provider: Provider) -> dict[str, object]:
    return {setting.name: _sample(setting) for setting in provider.settings}


def sample_parameters(action: Action) -> dict[str, object]:
    return {parameter.name: _sample(parameter) for parameter in action.parameters}


def _sample(setting: Setting) -> object:
    if setting.type is SettingType.SELECT:
        return setting.options[0].value
    if setting.type is SettingType.MULTISELECT:
        return [option.value for option in setting.options]
    if setting.type is SettingType.MAPPING:
        return {key.value: f"account of {key.value}" for key in setting.keys}
    if setting.type is SettingType.ROWS:
        return [{column.name: _sample(column) for column in setting.columns}]
    if setting.secret and setting.name.endswith("_url"):
        return f"https://hooks.example.com/{CANARY}"
    return _SAMPLES[setting.type]
