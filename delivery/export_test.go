package delivery

// NewConnectionError is connectionError, for faults of the network that a test can't make.
func NewConnectionError(err error) *ConnectionError { return connectionError(err) }

// OpenAccounts returns for how many accounts there are gates.
func (c *Client) OpenAccounts() int {
	c.deletions.mu.Lock()
	defer c.deletions.mu.Unlock()
	return len(c.deletions.gates)
}
