package clevertap_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

func TestTablesNameEachThingOnce(t *testing.T) {
	t.Parallel()
	seen := map[any]bool{}
	once := func(key any) {
		require.False(t, seen[key], "%v stands there twice", key)
		seen[key] = true
	}
	for _, region := range clevertap.Regions() {
		once("region " + region.Name)
	}
	for _, event := range clevertap.ReservedEvents() {
		once("event " + event.Name)
	}
	for _, field := range clevertap.ProfileFields() {
		once("field " + field.Name)
	}
	last := 0
	for _, code := range clevertap.RecordCodes() {
		require.Greater(t, code.Code, last, "codes stand in order")
		require.NotEmpty(t, code.Meaning)
		require.NotEmpty(t, code.Remedy)
		last = code.Code
	}
}

func TestFieldsAreRefusedByDocumentedCodes(t *testing.T) {
	t.Parallel()
	for _, field := range clevertap.ProfileFields() {
		if field.Code == 0 {
			continue
		}
		code, known := clevertap.LookUpCode(field.Code)
		require.True(t, known)
		require.Equal(t, field.Name, code.Field)
	}
}

func TestLookUpCode(t *testing.T) {
	t.Parallel()
	code, known := clevertap.LookUpCode(clevertap.ServerError)
	require.True(t, known)
	require.True(t, code.Retry, "the only code that is CleverTap's own fault")
	for _, code := range clevertap.RecordCodes() {
		require.Equal(t, code.Code == clevertap.ServerError, code.Retry)
	}
	code, known = clevertap.LookUpCode(999)
	require.False(t, known)
	require.Equal(t, clevertap.RecordCode{Code: 999}, code)
}

func TestHosts(t *testing.T) {
	t.Parallel()
	for _, region := range clevertap.Regions() {
		require.True(t, clevertap.IsHost(region.Host))
	}
	require.True(t, clevertap.IsHost("eu1.api.clevertap.com"), "as CleverTap's own libraries write it")
	for _, other := range []string{"", "clevertap.com", "evil.example", "IN1.api.clevertap.com", "in1.api.clevertap.com:443"} {
		require.False(t, clevertap.IsHost(other), other)
	}
}

func TestNobodyChangesATableForOthers(t *testing.T) {
	t.Parallel()
	clevertap.Regions()[0].Host = "evil.example"
	clevertap.RecordCodes()[0].Code = 1
	clevertap.PlaceholderIdentities()[0] = "someone"
	require.False(t, clevertap.IsHost("evil.example"))
	require.Equal(t, clevertap.MissingEventName, clevertap.RecordCodes()[0].Code)
	require.Equal(t, "undefined", clevertap.PlaceholderIdentities()[0])
}
