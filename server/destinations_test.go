package server

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// destinations returns a client of the destination service.
func (r *running) destinations() transformerv1.DestinationServiceClient {
	return transformerv1.NewDestinationServiceClient(r.conn)
}

func TestTheDefinitionOfDestinationsIsTold(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.destinations().DescribeDestination(t.Context(), &transformerv1.DescribeDestinationRequest{})
	require.NoError(t, err)
	require.Equal(t, "CLEVERTAP", resp.GetName())
	require.Equal(t, "CleverTap", resp.GetDisplayName())

	byName := map[string]*transformerv1.Setting{}
	for _, s := range resp.GetSettings() {
		require.NotEmpty(t, s.GetDescription(), s.GetName())
		require.NotEmpty(t, s.GetType(), s.GetName())
		byName[s.GetName()] = s
	}
	fields := (&clevertapv1.Destination{}).ProtoReflect().Descriptor().Fields()
	require.Len(t, byName, fields.Len(), "every setting of the contract, and no other")
	for i := range fields.Len() {
		require.Contains(t, byName, fields.Get(i).JSONName())
	}
	require.True(t, byName["passcode"].GetRequired())
	require.True(t, byName["passcode"].GetSecret())
	require.True(t, byName["accountToken"].GetSecret())
	require.Contains(t, byName["region"].GetAllowedValues(), "mec1")
	require.False(t, byName["trackAnonymous"].GetDefaultValue().GetBoolValue())

	hosts := map[string]string{}
	for _, region := range resp.GetRegions() {
		hosts[region.GetName()] = region.GetHost()
	}
	require.Equal(t, map[string]string{
		"none": "api.clevertap.com", "eu1": "api.clevertap.com", "in1": "in1.api.clevertap.com", "sg1": "sg1.api.clevertap.com",
		"us1": "us1.api.clevertap.com", "sk1": "sk1.api.clevertap.com", "aps3": "aps3.api.clevertap.com", "mec1": "mec1.api.clevertap.com",
	}, hosts)

	calls := map[string][]string{}
	for _, s := range resp.GetSupport() {
		calls[s.GetPlatform()+" "+s.GetMode()] = s.GetMessageTypes()
	}
	require.Equal(t, []string{"identify", "track", "page", "screen", "alias"}, calls["web cloud"])
	require.NotContains(t, calls["web device"], "alias")
	require.NotEmpty(t, calls["web device"])
}

func TestProblemsOfADestinationAreAllNamed(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for name, c := range map[string]struct {
		req  *transformerv1.ValidateDestinationRequest
		want map[string]transformerv1.Severity
	}{
		"nothing is wrong": {
			&transformerv1.ValidateDestinationRequest{
				Settings: &transformerv1.ValidateDestinationRequest_DestinationJson{DestinationJson: []byte(settingsJSON)},
			},
			map[string]transformerv1.Severity{},
		},
		"typed": {
			&transformerv1.ValidateDestinationRequest{Settings: &transformerv1.ValidateDestinationRequest_Destination{
				Destination: &clevertapv1.Destination{Passcode: secret, Region: "mars1"},
			}},
			map[string]transformerv1.Severity{
				"accountId": transformerv1.Severity_SEVERITY_ERROR, "region": transformerv1.Severity_SEVERITY_ERROR,
			},
		},
		"an unknown setting": {
			&transformerv1.ValidateDestinationRequest{Settings: &transformerv1.ValidateDestinationRequest_DestinationJson{
				DestinationJson: []byte(`{"accountId":"a","passcode":"` + secret + `","trackAnonymus":true}`),
			}},
			map[string]transformerv1.Severity{"trackAnonymus": transformerv1.Severity_SEVERITY_WARNING},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := r.destinations().ValidateDestination(t.Context(), c.req)
			require.NoError(t, err)
			got, valid := map[string]transformerv1.Severity{}, true
			for _, p := range resp.GetProblems() {
				got[p.GetPath()] = p.GetSeverity()
				require.NotEmpty(t, p.GetMessage())
				require.NotContains(t, p.GetMessage(), secret)
				valid = valid && p.GetSeverity() != transformerv1.Severity_SEVERITY_ERROR
			}
			require.Equal(t, c.want, got)
			require.Equal(t, valid, resp.GetValid())
		})
	}
	_, err := r.destinations().ValidateDestination(t.Context(), &transformerv1.ValidateDestinationRequest{
		Settings: &transformerv1.ValidateDestinationRequest_DestinationJson{DestinationJson: []byte(`{"a":`)},
	})
	info := requireFailure(t, err, codes.InvalidArgument, mapping.InvalidJSON)
	require.Equal(t, "1", info.GetMetadata()["line"])
	_, err = r.destinations().ValidateDestination(t.Context(), &transformerv1.ValidateDestinationRequest{})
	requireFailure(t, err, codes.InvalidArgument, apierr.InvalidRequest)
}
