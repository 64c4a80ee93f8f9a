package server

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// destinationService is transformer.v1.DestinationService.
type destinationService struct {
	transformerv1.UnimplementedDestinationServiceServer
}

// DescribeDestination gives the definition of CleverTap destinations.
func (destinationService) DescribeDestination(
	context.Context, *transformerv1.DescribeDestinationRequest,
) (*transformerv1.DescribeDestinationResponse, error) {
	d := mapping.Describe()
	resp := &transformerv1.DescribeDestinationResponse{Name: d.Name, DisplayName: d.DisplayName}
	for _, s := range d.Settings {
		setting := &transformerv1.Setting{
			Name: s.Name, Type: s.Type, Required: s.Required, Secret: s.Secret, AllowedValues: s.Allowed, Description: s.Description,
		}
		if s.Default != nil {
			value, err := structpb.NewValue(s.Default)
			if err != nil {
				return nil, fmt.Errorf("default of %s: %w", s.Name, err)
			}
			setting.DefaultValue = value
		}
		resp.Settings = append(resp.Settings, setting)
	}
	for _, r := range d.Regions {
		resp.Regions = append(resp.Regions, &transformerv1.Region{Name: r.Name, Host: r.Host, Description: r.Description})
	}
	for _, s := range d.Support {
		resp.Support = append(resp.Support, &transformerv1.Support{Platform: s.Platform, Mode: s.Mode, MessageTypes: s.Calls})
	}
	return resp, nil
}

// ValidateDestination names every problem of a destination's settings.
func (destinationService) ValidateDestination(
	_ context.Context, req *transformerv1.ValidateDestinationRequest,
) (*transformerv1.ValidateDestinationResponse, error) {
	var problems []mapping.Problem
	if settings := req.GetDestination(); settings != nil {
		problems = mapping.CheckDestination(settings)
	} else {
		var err *mapping.Error
		if problems, err = mapping.CheckDestinationJSON(req.GetDestinationJson()); err != nil {
			return nil, apierr.Destination(err)
		}
	}
	resp := &transformerv1.ValidateDestinationResponse{Valid: true}
	for _, p := range problems {
		if p.Severity == mapping.SeverityError {
			resp.Valid = false
		}
		resp.Problems = append(resp.Problems, &transformerv1.DestinationProblem{
			Severity: transformerv1.Severity(p.Severity), Path: apierr.Clean(p.Path), Message: apierr.Clean(p.Message),
		})
	}
	return resp, nil
}
