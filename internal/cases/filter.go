package cases

// listed are the names in a filter; one is empty, as the dashboard stores it.
func listed() []any {
	return []any{map[string]any{"eventName": " Checked Out "}, map[string]any{"eventName": ""}}
}

// whitelist lets only the events listed pass.
func whitelist() Settings {
	return Settings{"eventFilteringOption": "whitelistedEvents", "whitelistedEvents": listed()}
}

// blacklist lets all but the events listed pass.
func blacklist() Settings {
	return Settings{"eventFilteringOption": "blacklistedEvents", "blacklistedEvents": listed(), "whitelistedEvents": listed()}
}

// filters: "Event filtering".
func filters() []Case {
	return []Case{
		{
			Rule:     "whitelist: listed, trimmed",
			Settings: whitelist(),
			Event:    `{"type":"track","userId":"u","event":"Checked Out  "}`,
			Both:     event("Checked Out  ", `{}`),
		},
		{
			Rule:        "whitelist: not listed",
			Difference:  "an event filter that does not list the event",
			Settings:    whitelist(),
			Event:       `{"type":"track","userId":"u","event":"Added"}`,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("Added", `{}`),
		},
		{
			Rule:        "whitelist: letter case counts",
			Settings:    whitelist(),
			Event:       `{"type":"track","userId":"u","event":"checked out"}`,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("checked out", `{}`),
		},
		{
			Rule:        "whitelist: an empty list lets nothing pass",
			Settings:    Settings{"eventFilteringOption": "whitelistedEvents"},
			Event:       `{"type":"track","userId":"u","event":"Added"}`,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("Added", `{}`),
		},
		{
			Rule:        "blacklist: listed",
			Settings:    blacklist(),
			Event:       `{"type":"track","userId":"u","event":"Checked Out"}`,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("Checked Out", `{}`),
		},
		{
			Rule:     "blacklist: not listed",
			Settings: blacklist(),
			Event:    `{"type":"track","userId":"u","event":"Added"}`,
			Both:     event("Added", `{}`),
		},
		{
			Rule:        "filters are for track only: page",
			Settings:    whitelist(),
			Event:       `{"type":"page","userId":"u","name":"P"}`,
			Guide:       event("Web Page Viewed P", `{}`),
			Transformer: event("Web Page Viewed: P", `{}`),
		},
		{
			Rule:     "filters are for track only: identify",
			Settings: whitelist(),
			Event:    `{"type":"identify","userId":"u"}`,
			Both:     profile(`{}`),
		},
		{
			Rule:        "a track without a name fails all the same",
			Settings:    whitelist(),
			Event:       `{"type":"track","userId":"u"}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: noName(),
		},
		{
			Rule:     "a filter that is disabled",
			Settings: Settings{"blacklistedEvents": []any{map[string]any{"eventName": " Checked Out "}, map[string]any{"eventName": ""}}, "eventFilteringOption": "disable"},
			Event:    `{"type":"track","userId":"u","event":"Checked Out"}`,
			Both:     event("Checked Out", `{}`),
		},
		{
			Rule:        "the name of an order is its own, not Charged",
			Settings:    Settings{"blacklistedEvents": []any{map[string]any{"eventName": "Order Completed"}}, "eventFilteringOption": "blacklistedEvents"},
			Event:       `{"type":"track","userId":"u","event":"Order Completed"}`,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("Charged", `{}`),
		},
	}
}
