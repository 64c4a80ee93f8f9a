package apierr

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// reasonNames returns the names of an enum's values, without their prefix and the one that is never sent.
func reasonNames(names map[int32]string, prefix string) []string {
	list := make([]string, 0, len(names))
	for number, name := range names {
		if number != 0 {
			list = append(list, strings.TrimPrefix(name, prefix))
		}
	}
	return list
}

// constantsOf returns the text constants of a type that the package in dir declares.
func constantsOf(t *testing.T, file, typeName string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		named := ""
		switch of := spec.Type.(type) {
		case *ast.Ident:
			named = of.Name
		case *ast.SelectorExpr:
			named = of.Sel.Name
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && named == typeName {
			value, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			values = append(values, value)
		}
		return true
	})
	require.NotEmpty(t, values, file)
	return values
}

func TestEveryReasonIsInTheContractAndEveryReasonOfTheContractHasACode(t *testing.T) {
	t.Parallel()
	given := append(constantsOf(t, "../../mapping/internal/rules/errors.go", "Reason"), constantsOf(t, "reasons.go", "Reason")...)
	documented := reasonNames(transformerv1.ErrorReason_name, "ERROR_REASON_")
	require.ElementsMatch(t, documented, given)
	for _, reason := range documented {
		_, known := codeOf(Reason(reason))
		require.True(t, known, "%s has no code", reason)
	}
	code, known := codeOf("NO_SUCH_REASON")
	require.False(t, known)
	require.Equal(t, codes.Internal, code)
}

func TestEveryDiagnosticCodeIsInTheContract(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, reasonNames(transformerv1.DiagnosticCode_name, "DIAGNOSTIC_CODE_"),
		constantsOf(t, "../../mapping/internal/rules/diagnostics.go", "Code"))
}

func TestMappingErrorsSayWhereAndWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err     mapping.Error
		code    codes.Code
		message string
		details []proto.Message
	}{
		"a field at fault": {
			err: mapping.Error{
				Reason: mapping.InvalidProducts, Field: "properties.products[1]", Kind: document.String,
				Message: "must be an object",
			},
			code:    codes.InvalidArgument,
			message: "properties.products[1]: must be an object",
			details: []proto.Message{
				&errdetails.ErrorInfo{
					Reason: "INVALID_PRODUCTS", Domain: "rudder-clevertap",
					Metadata: map[string]string{"field": "properties.products[1]", "kind": "string"},
				},
				&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
					{Field: "properties.products[1]", Description: "must be an object", Reason: "INVALID_PRODUCTS"},
				}},
			},
		},
		"malformed JSON": {
			err:     mapping.Error{Reason: mapping.InvalidJSON, Message: "unexpected end", Line: 2, Column: 7},
			code:    codes.InvalidArgument,
			message: "unexpected end",
			details: []proto.Message{&errdetails.ErrorInfo{
				Reason: "INVALID_JSON", Domain: "rudder-clevertap", Metadata: map[string]string{"line": "2", "column": "7"},
			}},
		},
		"text that is not UTF-8": {
			err:     mapping.Error{Reason: mapping.InvalidFieldType, Field: "properties.\xff", Message: "no"},
			code:    codes.InvalidArgument,
			message: "properties.\uFFFD: no",
			details: []proto.Message{
				&errdetails.ErrorInfo{
					Reason: "INVALID_FIELD_TYPE", Domain: "rudder-clevertap", Metadata: map[string]string{"field": "properties.\uFFFD"},
				},
				&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
					{Field: "properties.\uFFFD", Description: "no", Reason: "INVALID_FIELD_TYPE"},
				}},
			},
		},
		"a reason without a code": {
			err:     mapping.Error{Reason: "NEW", Message: "new"},
			code:    codes.Internal,
			message: "new",
			details: []proto.Message{&errdetails.ErrorInfo{Reason: "NEW", Domain: "rudder-clevertap"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := status.FromProto(Status(Mapping(&c.err)))
			require.Equal(t, c.code, st.Code())
			require.Equal(t, c.message, st.Message())
			details := st.Details()
			require.Len(t, details, len(c.details))
			for i, want := range c.details {
				require.Empty(t, cmp.Diff(want, details[i], protocmp.Transform()))
			}
		})
	}
}

func TestWhateverEndsACallHasAReason(t *testing.T) {
	t.Parallel()
	live := context.Background()
	stopped, cancel := context.WithCancelCause(live)
	cancel(Stopping())
	for name, c := range map[string]struct {
		ctx    context.Context
		err    error
		code   codes.Code
		reason Reason
	}{
		"an error of ours":              {live, fmt.Errorf("wrapped: %w", Stopping()), codes.Unavailable, Unavailable},
		"the caller went away":          {live, context.Canceled, codes.Canceled, CallEnded},
		"the deadline passed":           {live, fmt.Errorf("wait: %w", context.DeadlineExceeded), codes.DeadlineExceeded, CallEnded},
		"gRPC says it was cancelled":    {live, status.Error(codes.Canceled, "context canceled"), codes.Canceled, CallEnded},
		"gRPC says the deadline passed": {live, status.Error(codes.DeadlineExceeded, "late"), codes.DeadlineExceeded, CallEnded},
		"the server ended it":           {stopped, status.Error(codes.Canceled, "context canceled"), codes.Unavailable, Unavailable},
		"a fault while the server ends": {stopped, io.ErrUnexpectedEOF, codes.Internal, Internal},
		"a message too large":           {live, status.Error(codes.ResourceExhausted, "larger"), codes.ResourceExhausted, RequestTooLarge},
		"no such method":                {live, status.Error(codes.Unimplemented, "what?"), codes.Unimplemented, UnknownCall},
		"an error that nobody foresaw":  {live, errors.New("disk full"), codes.Internal, Internal},
		"a library's internal error":    {live, status.Error(codes.Internal, "stack of the library"), codes.Internal, Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := status.Convert(From(c.ctx, c.err))
			require.Equal(t, c.code, st.Code())
			reason, known := OfStatus(st)
			require.True(t, known)
			require.Equal(t, c.reason, reason)
		})
	}
}

func TestAnInternalErrorShowsNoMoreThanTheRequestID(t *testing.T) {
	t.Parallel()
	id := "r-1"
	ctx := WithRequestID(context.Background(), &id)
	failed := From(ctx, errors.New("open /etc/passcode"))
	require.Equal(t, failed, From(ctx, failed), "it is named once")
	st := status.Convert(failed)
	require.Equal(t, "internal error; the server's log has the request r-1", st.Message())
	require.Equal(t, map[string]string{"requestId": "r-1"}, st.Details()[0].(*errdetails.ErrorInfo).GetMetadata())
	require.ErrorContains(t, failed, "open /etc/", "the log has the cause")
}

func TestAPanicIsAFaultOfOursWithItsStack(t *testing.T) {
	t.Parallel()
	err := func() (err error) {
		defer RecoverTo(t.Context(), &err)
		panic("boom")
	}()
	require.Equal(t, Internal, ReasonOf(err))
	require.ErrorContains(t, err, "panic: boom")
	require.ErrorContains(t, err, "apierr_test.go")
	require.NotContains(t, Status(err).GetMessage(), "boom")
}

// TestWhatIsToldIsBounded: the texts of an error travel in trailers.
func TestWhatIsToldIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	st := Status(Field(InvalidRequest, long, long))
	require.Less(t, proto.Size(st), 4000)
	require.Equal(t, strings.Repeat("x", 64)+"…", Quote(long))
	violations := make([]Violation, 0, 3)
	for _, field := range []string{"a", "", "b"} {
		violations = append(violations, Violation{field, "is wrong"})
	}
	require.EqualError(t, &Error{Reason: InvalidRequest, Violations: violations}, "a: is wrong; is wrong; b: is wrong")
}
