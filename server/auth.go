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
	"unicode"
	"unicode/utf8"

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

// ParseTokens reads tokens, one NAME:TOKEN a line: the caller's name up to the first colon, and the token behind it, both
// without blanks. Empty lines and lines that start with # are skipped, and a byte order mark at the beginning. One caller may
// have several tokens, so that they can be changed without a gap. An error names the line and shows nothing of it: a name in
// the wrong place may be a token.
func ParseTokens(r io.Reader) (*Tokens, error) {
	tokens := &Tokens{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		text := lines.Text()
		if number == 1 {
			text = strings.TrimPrefix(text, "\uFEFF")
		}
		line := strings.TrimSpace(text)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, token, found := strings.Cut(line, ":")
		switch {
		case !found || name == "" || token == "":
			return nil, fmt.Errorf("line %d: write NAME:TOKEN: the caller's name, a colon and the token", number)
		case strings.ContainsFunc(line, unicode.IsSpace):
			return nil, fmt.Errorf("line %d: write NAME:TOKEN without blanks", number)
		case !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d: the text is not UTF-8", number)
		}
		if _, taken := tokens.caller(token); taken {
			return nil, fmt.Errorf("line %d: the token is given twice", number)
		}
		tokens.callers = append(tokens.callers, caller{name: name, sum: sha256.Sum256([]byte(token))})
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
