"""The MCP server: assistants ask, check and look up over the Model Context Protocol. The SDK is the package `mcp`."""
