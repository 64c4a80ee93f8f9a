package mapping

import "github.com/rudder-clevertap/rudder-clevertap/mapping/internal/check"

// Check is one thing that is checked of records, since CleverTap would refuse or misread them: what it
// prevents, where it looks, what is done about it, and examples.
type Check = check.Row

// CheckExample is an event that a check finds fault with.
type CheckExample = check.Example

// Checks returns the checks, in the order in which they look. They must not be changed.
func Checks() []Check { return check.Rows() }
