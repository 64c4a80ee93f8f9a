package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/peer"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// Tokens are the bearer tokens that callers may show. Only their SHA-256 sums are kept.
type Tokens struct {
	callers []caller
}

// caller is one bearer token and who it belongs to.
type caller struct {
	name string
	sum  [sha256.Size]byte
}

// LoadTokens reads tokens from a file, as ParseTokens does.
func LoadTokens(path string) (*Tokens, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	defer file.Close() //nolint:errcheck // It was only read.
	tokens, err := ParseTokens(file)
	if err != nil {
		return nil, fmt.Errorf("tokens: %s: %w", path, err)
	}
	return tokens, nil
}

// ParseTokens reads tokens, one a line: the caller's name, a colon or a blank, and the token. Empty lines and lines that
// start with # are skipped. One caller may have several tokens, so that they can be changed without a gap. An error names
// the line and never a token.
func ParseTokens(r io.Reader) (*Tokens, error) {
	tokens := &Tokens{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.IndexAny(line, ": \t")
		if at <= 0 {
			return nil, fmt.Errorf("line %d: write the caller's name, a colon and the token", number)
		}
		token := strings.TrimSpace(line[at+1:])
		if token == "" || strings.ContainsAny(token, " \t") {
			return nil, fmt.Errorf("line %d: the token of %s is empty or has a blank in it", number, line[:at])
		}
		if _, taken := tokens.caller(token); taken {
			return nil, fmt.Errorf("line %d: the token of %s is given twice", number, line[:at])
		}
		tokens.callers = append(tokens.callers, caller{name: line[:at], sum: sha256.Sum256([]byte(token))})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(tokens.callers) == 0 {
		return nil, errors.New("no tokens: nobody could call")
	}
	return tokens, nil
}

// caller returns whose token it is. It takes the same time whether the token is nearly right or all wrong.
func (t *Tokens) caller(token string) (name string, known bool) {
	sum := sha256.Sum256([]byte(token))
	for i := range t.callers {
		if subtle.ConstantTimeCompare(sum[:], t.callers[i].sum[:]) == 1 {
			name, known = t.callers[i].name, true
		}
	}
	return name, known
}

// authenticate lets calls pass that show a known bearer token. Health checks need none.
func (s *Server) authenticate(ctx context.Context, call *call) error {
	if s.options.Tokens == nil || isHealth(call.method) || isTransformerFront(ctx, call.method) {
		return call.next(ctx)
	}
	token, err := auth.AuthFromMD(ctx, "bearer")
	if err != nil {
		return &failure{reason: Unauthenticated, message: "send a bearer token: authorization: Bearer <token>"}
	}
	name, known := s.options.Tokens.caller(token)
	if !known {
		return &failure{reason: Unauthenticated, message: "the bearer token is not known to the server"}
	}
	call.info.caller = name
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("rudder_clevertap.caller", name))
	return call.next(ctx)
}

// isTransformerFront reports whether a call comes from within the process for rudder-transformer's routes. They have a
// listener of their own because rudder-server has no token to show; from outside, the same calls need one.
func isTransformerFront(ctx context.Context, method string) bool {
	if !strings.HasPrefix(method, "/"+transformerv1.RudderTransformerService_ServiceDesc.ServiceName+"/") {
		return false
	}
	from, known := peer.FromContext(ctx)
	return known && (from.Addr.Network() == localNetwork || from.Addr.Network() == localAddr{}.Network())
}
